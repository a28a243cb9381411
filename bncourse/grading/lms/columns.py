"""What the columns of a table hold: by their titles in many languages, and by what stands in them."""

import re

from bncourse.grading.lms.identifiers import repaired
from bncourse.grading.lms.spreadsheets import plain

# The columns of a class list under the names that people and systems give them.
COLUMNS = {
    "id": ("id", "student id", "student", "username", "user name", "login", "sis login id", "sis user id", "sid",
           "id number", "matriculation number", "netid", "id-nummer", "matrikelnummer", "matrikelnr", "anmeldename",
           "benutzername", "número de id", "número de identificación", "nombre de usuario", "numéro d'identification",
           "nom d'utilisateur", "numero id", "codice identificativo", "matricola", "numero di matricola",
           "número de identificação", "número de matrícula", "nome de usuário", "idnummer", "studentnummer",
           "gebruikersnaam", "numer id", "nr albumu", "osobní číslo", "идентификационный номер", "логин", "学号",
           "學號", "学籍番号", "학번"),
    "first_name": ("first name", "first", "given name", "given names", "forename", "vorname", "prénom", "nombre",
                   "nombre(s)", "nome", "voornaam", "imię", "imiona", "křestní jméno", "jméno", "förnamn", "fornavn",
                   "etunimi", "keresztnév", "utónév", "prenume", "ad", "adı", "имя", "ім'я", "όνομα", "名", "이름"),
    "last_name": ("last name", "last", "surname", "family name", "nachname", "familienname", "nom de famille", "nom",
                  "apellido(s)", "apellidos", "apellido", "cognome", "cognoms", "apelido", "sobrenome", "achternaam",
                  "nazwisko", "příjmení", "priezvisko", "efternamn", "efternavn", "etternavn", "sukunimi",
                  "vezetéknév", "nume", "nume de familie", "soyad", "soyadı", "фамилия", "прізвище", "επώνυμο",
                  "姓", "성"),
    "email": ("email", "e-mail", "email address", "mail", "e-mail-adresse", "dirección de correo",
              "dirección email", "correo electrónico", "correo", "adresse de courriel", "courriel", "adresse e-mail",
              "indirizzo email", "endereço de e-mail", "endereço de email", "e-mailadres", "adres e-mail",
              "e-mailová adresa", "e-postadress", "адрес электронной почты", "电子邮件", "電子郵件", "メールアドレス"),
    "lms_user_id": ("lms id", "lms user id", "canvas id", "canvas user id", "moodle id"),
}  # fmt: skip
NAME = (
    "name", "full name", "student name", "vollständiger name", "nom complet", "nombre completo",
    "nombre / apellido(s)", "nome completo", "nome/cognome", "nome / cognome", "cognome/nome", "volledige naam",
    "imię i nazwisko", "celé jméno", "fullständigt namn", "fulde navn", "полное имя", "姓名", "全名", "氏名",
)  # fmt: skip
# How Moodle calls somebody in the worksheet of an assignment, before their number.
PARTICIPANT = {
    plain(word)
    for word in (
        "Participant", "Teilnehmer/in", "Teilnehmer", "Teilnehmende", "Participante", "Partecipante", "Deelnemer",
        "Deltagare", "Deltager", "Uczestnik", "Účastník", "Osallistuja", "Résztvevő", "Katılımcı", "Участник",
        "Учасник", "参与者", "參與者", "参加者", "참가자", "Participant(e)",
    )
}  # fmt: skip
MAXIMUM = (
    "maximum grade", "bestwertung", "note maximale", "calificación máxima", "valutazione massima", "nota máxima",
    "avaliação máxima", "maximumcijfer", "maximale cijfer", "maksymalna ocena", "maximální známka",
)  # fmt: skip
GRADE = (
    "grade", "bewertung", "note", "calificación", "valutazione", "nota", "avaliação", "cijfer", "ocena", "známka",
    "betyg", "оценка", "成绩", "成績", "評点",
)  # fmt: skip
SUBMITTED = (
    "last modified (submission)", "zuletzt geändert (abgabe)", "dernière modification (travail remis)",
    "última modificación (entrega)", "fecha de entrega", "ultima modifica (consegna)", "última modificação (envio)",
    "última modificação (submissão)", "laatst gewijzigd (ingezonden taak)", "последнее изменение (ответ)",
    "上次修改（作业）",
)  # fmt: skip
_NO_NAMES = {plain(word) for words in COLUMNS.values() for word in words if word != "student"}
_IDENTIFIER = re.compile(r"(\D*?)\s*(\d+)")


def places(sheet):
    """Return where the fields of a person stand in a table: ``{field: place or None}``, with "name" and "identifier".

    "identifier" is Moodle's number of a submission, which is no id of a person.
    """
    found = {field: sheet.column(*words) for field, words in COLUMNS.items()}
    found["name"] = sheet.column(*NAME)
    found["identifier"] = _identifier(sheet)
    if found["id"] is not None and found["id"] == found["identifier"]:
        words = [word for word in COLUMNS["id"] if plain(word) != plain(sheet.header[found["id"]])]
        found["id"] = sheet.column(*words)
    if found["email"] is None:
        found["email"] = _where(sheet, lambda cells: all("@" in cell and " " not in cell for cell in cells))
    if sheet.column("cognoms") is not None:  # Catalan, where "nom" is the first name
        found["first_name"] = sheet.column("nom")
    if is_of_canvas(sheet):
        found |= {"name": 0, "lms_user_id": 1, "id": _id_of_canvas(sheet)}
    elif found["id"] is not None and found["name"] is None and plain(sheet.header[found["id"]]) == "student":
        cells = [row[found["id"]].strip() for row in sheet.rows]
        if cells and sum(" " in cell for cell in cells) > len(cells) / 2:  # names, as "Student" means in Canvas
            found |= {"name": found["id"], "id": None}
    if (
        found["name"] is None
        and found["first_name"] is None
        and plain(sheet.header[0]) == "student"
        and found["id"] != 0
    ):
        found["name"] = 0
    return found


def is_of_canvas(sheet):
    """Return whether this is a gradebook that Canvas wrote: names, its numbers as "ID", a row of points without one.

    Other titles are in the language of the site.
    """
    if len(sheet.header) < 4 or plain(sheet.header[1]) != "id" or plain(sheet.header[0]) in _NO_NAMES:
        return False
    numbers = [row[1].strip() for row in sheet.rows]
    named = sheet.column("student") == 0 and sheet.column("section") is not None
    return all(number.isdecimal() for number in numbers if number) and (named or "" in numbers[:3])


def is_a_person(sheet, row):
    """Return whether a row of Canvas's gradebook is a person's; the others say how many points, how they are posted."""
    if not is_of_canvas(sheet):
        return True
    last = sheet.column("section") or max([1, *school_ids(sheet)])
    return bool(row[0].strip()) and any(map(str.strip, row[1 : last + 1])) and not is_for_tests(sheet, row)


def is_for_tests(sheet, row):
    """Return whether a row is Canvas's own student for tests."""
    return is_of_canvas(sheet) and plain(row[0]) in ("studenttest", "teststudent")


def school_ids(sheet):
    """Return the columns of Canvas that hold ids of the school's own system, the login first."""
    found = [place for place, title in enumerate(sheet.header) if plain(title).startswith("sis")]
    return sorted(
        found, key=lambda place: not re.search("log|anmeld|connex|sesi|acces|inlog", plain(sheet.header[place]))
    )


def maximum(sheet):
    """Return the place of the largest possible grade in Moodle's worksheet, or None.

    In every language it stands between the grade and whether that can be changed: a column of one and the same number,
    then one of a word.
    """
    if (named := sheet.column(*MAXIMUM)) is not None:
        return named
    if sheet.column("identifier") is None and _identifier(sheet) is None:
        return None
    for place in range(2, len(sheet.header) - 1):
        numbers = {row[place].strip() for row in sheet.rows}
        words = {row[place + 1].strip() for row in sheet.rows}
        if (
            len(numbers) == 1
            and re.fullmatch(r"\d+([.,]\d+)?", *numbers)
            and not any(re.search(r"\d", w) for w in words)
        ):
            return place
    return None


def number_in(identifier):
    """Give Moodle's number of a submission.

    Examples
    --------
    >>> number_in("Teilnehmer/in12345"), number_in("Participant 12345")
    ('12345', '12345')
    """
    return "".join(re.findall(r"\d+", identifier)[-1:])


def _identifier(sheet):
    """Return the place of Moodle's identifiers: "Participant 12345" in the language of the site."""
    known = sheet.column("identifier")
    for place in range(min(2, len(sheet.header))):
        cells = [_IDENTIFIER.fullmatch(row[place].strip()) for row in sheet.rows if row[place].strip()]
        if cells and all(cells):
            words = {plain(cell[1]) for cell in cells}
            if len(words) == 1 and (words <= PARTICIPANT or place == known):
                return place
    return known


def _id_of_canvas(sheet):
    """Return the first column of ids that is filled for everybody."""
    people = [row for row in sheet.rows if is_a_person(sheet, row)]
    for place in (*school_ids(sheet), 1):
        if people and all(repaired(row[place]) for row in people):
            return place
    return 1


def _where(sheet, fits):
    """Return the place of the first column whose cells fit, or None."""
    for place in range(len(sheet.header)):
        cells = [cell for row in sheet.rows if (cell := row[place].strip())]
        if cells and fits(cells):
            return place
    return None
