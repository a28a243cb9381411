"""Tables as people have them: encodings, damaged ids, exports of Canvas and Moodle, times in many languages."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bncourse.grading.lms.class_table import read_table
from bncourse.grading.lms.encodings import decoded
from bncourse.grading.lms.spreadsheets import read_sheet
from bncourse.grading.lms.students import read_class
from bncourse.grading.lms.times import NotPlain, read_moments
from bncourse.grading.lms.worksheets import read_numbers, read_times
from bncourse.trouble import Trouble

NAMES = {
    "German": "Jürgen Müller;Käthe Weiß;Jörg Groß",
    "with one French name": "Jürgen Müller;Zoë Bäcker;René Lefèvre",
    "Czech": "Jiří Dvořák;Žofie Černá;Tomáš Růžička",
    "Polish": "Łukasz Wójcik;Małgorzata Dąbrowska;Grażyna Święta",
    "Hungarian": "Erdős Pál;Szűcs Ágnes",
    "Turkish": "Gülşen Yılmaz;İbrahim Çağlar",
    "French": "Hélène François;Loïc Crépeau;Anaïs Lefèvre",
    "Spanish": "María Muñoz;José Peña;Íñigo Ibáñez",
    "Portuguese": "João Gonçalves;Inês Conceição",
    "Danish": "Søren Kjær;Åse Lund",
    "Swedish": "Åsa Öberg;Märta Sjögren",
    "Russian": "Иван Петров;Ольга Сидорова",
    "Ukrainian": "Олексій Шевченко;Їжак",
    "Greek": "Γιώργος Παπάς;Μαρία Ντίνου",
    "Chinese": "张伟;王芳;李娜",
    "Taiwanese": "陳大文;李小龍",
    "Japanese": "山田太郎;鈴木花子;佐藤健",
    "Korean": "김철수;이영희",
    "one German": "Jürgen",
    "one Dane": "Søren",
    "one Frenchwoman": "Hélène",
    "Irish": "O’Brien;Zoë",
    "capitals": "MÜLLER;GRÖSSER",
}
ENCODINGS = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "iso8859_1", "iso8859_2", "mac_roman", "mac_latin2",
    "mac_cyrillic", "mac_greek", "cp850", "cp852", "cp866", "koi8_r", "gbk", "gb18030", "big5", "shift_jis", "cp932",
    "euc_jp", "euc_kr",
)  # fmt: skip


def table(names, encoding):
    lines = [f"{number},{name}" for number, name in enumerate(NAMES[names].split(";"), start=100)]
    return ("id,name\n" + "\n".join(lines) + "\n").encode(encoding)


def can_be_written(names, encoding):
    try:
        return bool(table(names, encoding))
    except UnicodeEncodeError:
        return False


@pytest.mark.parametrize(
    ("names", "encoding"), [(n, encoding) for n in NAMES for encoding in ENCODINGS if can_be_written(n, encoding)]
)
def test_letters_are_read_as_they_were_written_or_asked_for(names, encoding):
    content = table(names, encoding)
    if len(names) % 2:
        content = content.removesuffix("\n".encode(encoding))  # not every table ends with a line feed
    try:
        text, found = decoded(content, "class.csv")
    except Trouble as trouble:
        assert "--encoding" in str(trouble) and "Nothing was changed" in str(trouble)
    else:
        assert text.encode() == content.decode(encoding).encode(), found
    assert decoded(content, "class.csv", encoding)[0] == content.decode(encoding)


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        ("German", "cp1252"),
        ("French", "cp1252"),
        ("Spanish", "cp1252"),
        ("Portuguese", "cp1252"),
        ("Danish", "cp1252"),
        ("Czech", "cp1250"),
        ("Polish", "cp1250"),
        ("Russian", "cp1251"),
        ("Japanese", "shift_jis"),
        ("German", "mac_roman"),
        ("French", "mac_roman"),
        ("one German", "cp1252"),
    ],
)
def test_the_encodings_of_usual_class_lists_are_recognised_and_said(tmp_path, names, encoding):
    path = tmp_path / "class.csv"
    path.write_bytes(table(names, encoding))
    found = read_table(path)
    assert [person.name for person in found.people] == NAMES[names].split(";")
    assert "was read as" in found.said[0] and "--encoding" in found.said[0]


def test_an_encoding_that_is_open_is_shown_with_the_names_it_would_give(tmp_path):
    (tmp_path / "class.csv").write_bytes(table("one Dane", "cp1252"))
    with pytest.raises(Trouble, match=r"cp1250 reads Sřren; cp1252 reads Søren"):
        read_class(tmp_path / "class.csv")
    assert read_class(tmp_path / "class.csv", "cp1252")[0].name == "Søren"
    with pytest.raises(Trouble, match="no encoding 'cp9999'"):
        read_class(tmp_path / "class.csv", "cp9999")
    with pytest.raises(Trouble, match="not in utf-8"):
        read_class(tmp_path / "class.csv", "utf-8")


def test_the_letters_that_tell_may_stand_far_behind(tmp_path):
    path = tmp_path / "class.csv"
    path.write_bytes(
        b"id,name\n" + b"".join(b"%d,Ada L\n" % number for number in range(60_000)) + "x,Søren".encode("cp1252")
    )
    with pytest.raises(Trouble, match="cp1252 reads Søren"):
        read_class(path)


@pytest.mark.parametrize("wrong", ["cp1252", "latin-1", "mac_roman"])
def test_letters_that_were_garbled_before_are_not_entered(tmp_path, wrong):
    path = tmp_path / "class.csv"
    path.write_text(f"id,name\n1,{'Jürgen'.encode().decode(wrong)}\n", encoding="utf-8")
    with pytest.raises(Trouble, match="should be Jürgen"):
        read_class(path)
    assert read_class(path, "utf-8")
    path.write_text("id,name\n1,J\ufffdrgen\n", encoding="utf-8")
    with pytest.raises(Trouble, match="lost letters already"):
        read_class(path)


# dialects


@pytest.mark.parametrize(
    "content",
    [
        "sep=;\r\nid;n\r\n7;x\r\n",
        '"sep=;"\nid;n\n7;x\n',
        "SEP=,\nid,n\n7,x\n",
        "sep=\t\nid\tn\n7\tx\n",
        "\ufeffsep=;\nid;n\n7;x\n",
        "sep=|\nid|n\n7|x\n",
    ],
)
def test_excels_line_with_the_delimiter_is_not_the_header(tmp_path, content):
    (tmp_path / "s.csv").write_bytes(content.encode())
    sheet = read_sheet(tmp_path / "s.csv")
    assert (sheet.header, sheet.rows) == (["id", "n"], [["7", "x"]])


# ids as a spreadsheet leaves them


@pytest.mark.parametrize(
    ("cell", "id"),
    [
        ('="00456"', "00456"),
        ("'00123", "00123"),
        ("101.0", "101"),
        ('"101,0"', "101"),
        (" ada ", "ada"),
        ("\u200bada", "ada"),
        ("ada\u00a0", "ada"),
        ("0012006", "0012006"),
        ("20230211", "20230211"),
        ("s1e5", "s1e5"),
        ("12e5", "12e5"),
        ("u-1-2", "u-1-2"),
        ("may", "may"),
        ("o'neil", "o'neil"),
        ("a.b@c.org", "a.b@c.org"),
    ],
)
def test_an_id_is_put_right_where_only_one_can_be_meant(tmp_path, cell, id):
    (tmp_path / "c.csv").write_text(f"id,first name\n{cell},Ada\n", encoding="utf-8")
    assert read_class(tmp_path / "c.csv")[0].id == id


@pytest.mark.parametrize(
    "cell",
    [
        "2.02302E+11",
        '"2,02302E+11"',
        "2.0E+05",
        '="2.02302E+11"',
        "1E+11",
        '"1,234,567"',
        "1-Mar",
        "Mar-01",
        "01.Mrz",
        "1-Dez-26",
        "#NAME?",
        "#N/A",
        "########",
        "1234567890123450",
        "#WERT!",
    ],
)
def test_an_id_that_cannot_be_put_right_is_refused_with_its_row(tmp_path, cell):
    (tmp_path / "c.csv").write_text(f"id,first name\nada,Ada\n{cell},Bea\n", encoding="utf-8")
    with pytest.raises(Trouble, match=r"row 3: .* is no id any more: .*Nothing was changed"):
        read_class(tmp_path / "c.csv")


def test_ids_of_different_length_are_told(tmp_path):
    (tmp_path / "c.csv").write_text("id\n0112006\n12007\n0112008\n")
    assert "a spreadsheet took them" in read_table(tmp_path / "c.csv").said[0]


# the exports of Canvas and Moodle as class lists


def test_the_gradebook_of_canvas_is_a_class_list(tmp_path):
    (tmp_path / "canvas.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Quiz 4 (77),Final Score\n"
        ",,,,,Manual Posting,\n    Points Possible,,,,,10,(read only)\n"
        '"Lovelace, Ada",12345,u1,alove,S1,5,1\n"Hopper, Grace",333,u2,ghop,S1,,\n"Student, Test",99,,,S1,,\n',
        encoding="utf-8-sig",
    )
    found = read_table(tmp_path / "canvas.csv")
    assert [(p.id, p.first_name, p.last_name, p.lms_user_id) for p in found.people] == [
        ("alove", "Ada", "Lovelace", "12345"),
        ("ghop", "Grace", "Hopper", "333"),
    ]
    assert found.id_from == "SIS Login ID" and "for tests" in found.said[0]


def test_a_gradebook_of_canvas_without_logins_takes_its_own_numbers(tmp_path):
    (tmp_path / "c.csv").write_text(
        'Student,ID,SIS Login ID,Section,A (1)\n    Points Possible,,,,3\n"Lovelace, Ada",12345,,S,\n'
    )
    found = read_table(tmp_path / "c.csv")
    assert (found.people[0].id, found.people[0].lms_user_id, found.id_from) == ("12345", "12345", "ID")


def test_the_gradebook_of_canvas_in_another_language_is_a_class_list(tmp_path):
    (tmp_path / "canvas.csv").write_text(
        "Student/in,ID,SIS-Benutzer-ID,SIS-Anmelde-ID,Abschnitt,Quiz 4 (77)\n    Punkte möglich,,,,,10\n"
        '"Lovelace, Ada",12345,u1,alove,S1,5\n',
        encoding="utf-8-sig",
    )
    found = read_table(tmp_path / "canvas.csv")
    assert [(p.id, p.name, p.lms_user_id) for p in found.people] == [("alove", "Ada Lovelace", "12345")]
    assert found.id_from == "SIS-Anmelde-ID"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("id,name,email\n1,Ada L,x@y.org\n2,Bea M,X@y.org\n", "One email is that of several"),
        ("id,name,lms id\n1,Ada L,7\n2,Bea M,7\n", "One lms id is that of several"),
        ("id,name\n1,J?rgen M?ller\n", "Letters of names are lost: J?rgen M?ller"),
    ],
)
def test_what_looks_wrong_in_a_list_is_said(tmp_path, content, says):
    (tmp_path / "c.csv").write_text(content)
    assert any(says in line for line in read_table(tmp_path / "c.csv").said)


def test_a_column_of_students_that_holds_names_is_not_the_id(tmp_path):
    (tmp_path / "c.csv").write_text("Student,Email\nAda Lovelace,ada@x.org\n")
    [person] = read_class(tmp_path / "c.csv")
    assert (person.id, person.name) == ("ada@x.org", "Ada Lovelace")


MOODLE_LISTS = {
    "English": "First name,Surname,ID number,Email address",
    "German": "Vorname,Nachname,ID-Nummer,E-Mail-Adresse",
    "French": "Prénom,Nom de famille,Numéro d'identification,Adresse de courriel",
    "Spanish": "Nombre,Apellido(s),Número de ID,Dirección de correo",
    "Italian": "Nome,Cognome,Codice identificativo,Indirizzo email",
    "Portuguese": "Nome,Sobrenome,Número de identificação,Endereço de email",
    "Dutch": "Voornaam,Achternaam,ID-nummer,E-mailadres",
    "Polish": "Imię,Nazwisko,Numer ID,Adres e-mail",
    "unknown words for the email": "Nome,Cognome,Numero ID,Xyzzy",
}


@pytest.mark.parametrize("language", MOODLE_LISTS)
def test_moodles_list_without_id_numbers_takes_the_emails_and_says_so(tmp_path, language):
    (tmp_path / "m.csv").write_text(
        f"{MOODLE_LISTS[language]}\nAda,Lovelace,,ada@x.org\nGrace,Hopper,,grace@x.org\n", encoding="utf-8"
    )
    found = read_table(tmp_path / "m.csv")
    assert [(p.id, p.first_name, p.last_name) for p in found.people] == [
        ("ada@x.org", "Ada", "Lovelace"),
        ("grace@x.org", "Grace", "Hopper"),
    ]
    assert found.id_from == MOODLE_LISTS[language].split(",")[3] and "is empty; the emails are the ids" in found.said[0]


# Moodle's grading worksheet in many languages

WORKSHEETS = {
    "en": (
        "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
        "Last modified (submission),Last modified (grade),Feedback comments",
        "Participant ",
        "Yes",
        "Sunday, 1 March 2026, 6:59 PM",
    ),
    "de": (
        "ID,Vollständiger Name,E-Mail-Adresse,Status,Bewertung,Bestwertung,Bewertung kann geändert werden,"
        "Zuletzt geändert (Abgabe),Zuletzt geändert (Bewertung),Feedback als Kommentar",
        "Teilnehmer/in",
        "Ja",
        "Sonntag, 1. März 2026, 18:59",
    ),
    "fr": (
        "Identifiant,Nom complet,Adresse de courriel,Statut,Note,Note maximale,La note peut être modifiée,"
        "Dernière modification (travail remis),Dernière modification (note),Feedback par commentaires",
        "Participant",
        "Oui",
        "dimanche 1 mars 2026, 18:59",
    ),
    "es": (
        "Identificador,Nombre completo,Dirección de correo,Estado,Calificación,Calificación máxima,"
        "La calificación puede ser cambiada,Última modificación (entrega),Última modificación (calificación),Notas",
        "Participante ",
        "Sí",
        "domingo, 1 de marzo de 2026, 18:59",
    ),
    "it": (
        "Identificativo,Nome completo,Indirizzo email,Stato,Valutazione,Valutazione massima,"
        "La valutazione può essere modificata,Ultima modifica (consegna),Ultima modifica (valutazione),Commenti",
        "Partecipante",
        "Sì",
        "domenica, 1 marzo 2026, 18:59",
    ),
    "pt": (
        "Identificador,Nome completo,Endereço de email,Status,Nota,Nota máxima,Nota pode ser alterada,"
        "Última modificação (envio),Última modificação (nota),Comentários",
        "Participante",
        "Sim",
        "domingo, 1 de março de 2026, 18:59",
    ),
    "nl": (
        "Identificatie,Volledige naam,E-mailadres,Status,Cijfer,Maximumcijfer,Cijfer kan gewijzigd worden,"
        "Laatst gewijzigd (inzending),Laatst gewijzigd (cijfer),Feedback",
        "Deelnemer ",
        "Ja",
        "zondag, 1 maart 2026, 18:59",
    ),
    "sv": (
        "Identifierare,Fullständigt namn,E-postadress,Status,Betyg,Högsta betyg,Betyget kan ändras,"
        "Senast ändrad (inlämning),Senast ändrad (betyg),Kommentarer",
        "Deltagare ",
        "Ja",
        "söndag, 1 mars 2026, 18:59",
    ),
    "ru": (
        "Идентификатор,Полное имя,Адрес электронной почты,Состояние,Оценка,Максимальная оценка,Оценку можно изменить,"
        "Последнее изменение (ответ),Последнее изменение (оценка),Отзыв",
        "Участник ",
        "Да",
        "воскресенье, 1 марта 2026, 18:59",
    ),
    "zh": (
        "标识符,全名,电子邮件,状态,成绩,最高分,允许更改成绩,上次修改（作业）,上次修改（评分）,反馈",
        "参与者",
        "是",
        "2026年03月1日 星期日 18:59",
    ),
}


def worksheet(path, language, email="ada@x.org", grade="", maximum="3.00"):
    """Write Moodle's grading worksheet with one submission, of Ada's, and another student who handed in nothing."""
    header, participant, yes, time = WORKSHEETS[language]
    rows = [
        f'{participant}71,Ada Lovelace,{email},Submitted,{grade},"{maximum}",{yes},"{time}",-,',
        f'{participant}72,Grace Hopper,grace@x.org,-,,"{maximum}",{yes},-,-,',
    ]
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8-sig")
    return path


@pytest.mark.parametrize("language", WORKSHEETS)
def test_moodles_worksheet_is_read_in_every_language(tmp_path, language):
    path = worksheet(tmp_path / "w.csv", language)
    [row] = read_times(path, ZoneInfo("Europe/Berlin"))
    assert row.time == datetime(2026, 3, 1, 17, 59, tzinfo=UTC)
    assert (row.submission, row.person.id, row.person.email, row.person.name) == ("71", "", "ada@x.org", "Ada Lovelace")
    assert read_numbers(path)["72"].email == "grace@x.org"


# times


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-03-01 18:59", 17),
        ("2026-03-01T18:59:00Z", 18),
        ("2026-03-01 18:59:00.123456 UTC", 18),
        ("2026-03-01 18:59 +02:00", 16),
        ("2026-03-01 18:59 America/New_York", 23),
        ("Sunday, March 1, 2026, 6:59 PM", 17),
        ("Mar 1, 2026 at 6:59pm", 17),
        ("1 Mar 2026 18:59", 17),
        ("01.03.2026 18:59", 17),
        ("1.3.2026, 18:59 Uhr", 17),
        ("2026/03/01 18:59", 17),
        ("domingo, 1 de marzo de 2026, 06:59 p. m.", 17),
        ("Κυριακή, 1 Μαρτίου 2026, 18:59", 17),
        ("Pazar, 1 Mart 2026, 18:59", 17),
        ("niedziela, 1 marca 2026, 18:59", 17),
        ("neděle, 1. března 2026, 18:59", 17),
        ("2026. március 1., vasárnap, 18:59", 17),
        ("2026年 03月 1日(日曜日) 18:59", 17),
        ("dimanche 1er mars 2026, 18:59", 17),
        ("sunnuntaina 1. maaliskuuta 2026, 18.59", 17),
        ("diumenge, 1 de març 2026, 18:59", 17),
    ],
)
def test_a_time_is_read_as_people_and_systems_write_it(text, hour):
    found = read_moments({0: text}, ZoneInfo("Europe/Berlin"))[0]
    assert found.replace(microsecond=0) == datetime(2026, 3, 1, hour, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("01/03/2026 12:00", "could be exchanged"),
        ("soon", "no date"),
        ("Dienstag, 1. März 2026, 18:59", "another day"),
        ("1 listopad 2026, 18:59", "two months"),
        ("1 Brumaire 2026, 18:59", "no month"),
        ("2026-03-01", "no time of the day"),
        ("2026-02-30 10:00", "day"),
        ("46082.79", "no date"),
        ("2026-03-01 13:00 PM", "am or pm"),
        ("2026-03-01 12:00 Mars/Base", ""),
    ],
)
def test_a_time_that_could_be_none_or_two_is_not_guessed(text, why):
    found = read_moments({0: text})[0]
    assert isinstance(found, NotPlain) and why in str(found)


def test_one_row_shows_how_the_numbers_of_the_others_are_meant():
    found = read_moments({1: "01/03/2026 12:00", 2: "15/03/2026 12:00"}, ZoneInfo("UTC"))
    assert found[1] == datetime(2026, 3, 1, 12, tzinfo=UTC)
    found = read_moments({1: "01/03/2026 12:00", 2: "01/15/2026 12:00"}, ZoneInfo("UTC"))
    assert found[1] == datetime(2026, 1, 3, 12, tzinfo=UTC)
