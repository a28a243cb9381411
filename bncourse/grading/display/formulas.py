r"""LaTeX of somebody else in the text of a page: what MathJax may read of it.

MathJax knows more than mathematics: commands that make links, define other commands, load extensions, set classes and
styles, or move what they show over the rest of the page. Here only commands that write mathematics are known. A
formula with any other is shown as it was written, as code, which MathJax leaves alone.
"""

import re

LONGEST = 5_000  # characters of a formula, MathJax's own limit
MOST = 300  # formulas in a text
DEEPEST = 40  # braces in braces

# One part of a text; nothing is tried twice, so the time grows with the length.
_PART = re.compile(
    r"\$\$|\$|\\begin\s*\{[^{}\\$]{0,40}\}|\\end\s*\{[^{}\\$]{0,40}\}|\\[A-Za-z]+|\\.|\\|[^\\$]+", re.DOTALL
)
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{([^{}]*)\}")
_COMMAND = re.compile(r"\\(?:([A-Za-z]+)|.|$)", re.DOTALL)  # a break before a letter is no command
_A_SPACE = re.compile(r"\s*\{\d{0,2}(\.\d{1,3})?(em|ex|cm|mm|pt|mu)\}")
_CLOSES = {"$": "$", "$$": "$$", "\\(": "\\)", "\\[": "\\]"}

_ENVIRONMENTS = """
    align align* alignat alignat* aligned alignedat array Bmatrix bmatrix Bmatrix* bmatrix* cases CD dcases eqnarray
    eqnarray* equation equation* gather gather* gathered matrix matrix* multline multline* pmatrix pmatrix* rcases
    smallmatrix split subarray Vmatrix vmatrix Vmatrix* vmatrix*
    """
ENVIRONMENTS = frozenset(_ENVIRONMENTS.split())
_COMMANDS = """
    AA aa above ac acute acwopencirclearrow adots AE ae aleph alpha amalg angle approx approxeq approxident arccos
    arccot arceq arcsin arctan arg ast asterisk asymp atop backcong backepsilon backprime backsim backsimeq
    backslash bagmember bar barleftarrow barvee barwedge BbbC Bbbk BbbN BbbP BbbQ BbbR BbbZ bcancel because begin
    beta beth between bf Big big bigcap bigcirc bigcup Bigg bigg Biggl biggl Biggm biggm Biggr biggr Bigl bigl Bigm
    bigm bigodot bigoplus bigotimes Bigr bigr bigsqcup bigstar bigtriangledown bigtriangleup biguplus bigvee
    bigwedge binom blacklozenge blacksquare blacktriangle blacktriangledown blacktriangleleft blacktriangleright bm
    bmod boldsymbol bot bowtie Box boxbar boxdot boxed boxminus boxplus boxtimes breve bullet Bumpeq bumpeq c cal
    cancel candra Cap cap carriagereturn cdot cdotp cdots cent cfrac check checkmark chi choose circ circeq
    circlearrowleft circlearrowright circledast circledcirc circleddash circledR circledS circumflexaccent clubsuit
    clubsuitopen Colon colon coloneq Coloneqq coloneqq color combiningacuteaccent combiningbreve combiningdiaeresis
    combiningdotabove combiningfourdotsabove combininggraveaccent combiningoverline combiningrightarrowabove
    combiningthreedotsabove combiningtilde complement cong coprod copyright cos cosh cot coth cr csc Cup cup cupdot
    cupleftarrow curlyeqprec curlyeqsucc curlyvee curlywedge curvearrowleft curvearrowright cwopencirclearrow d dag
    dagger daleth danger dashleftarrow dashrightarrow dashv dbinom ddag ddagger ddddot dddot ddot ddots deg degree
    Delta delta det dfrac DH dh Diamond diamond diamondsuit digamma dim disin displaylimits displaystyle div
    divideontimes dot Doteq doteq doteqdot dotminus dotplus dots dotsb dotsc dotsi dotsm dotsminusdots dotso
    doublebarwedge Downarrow downarrow downdownarrows downharpoonleft downharpoonright downzigzagarrow ell emdash
    emph emptyset end endash enspace epsilon eqcirc eqcolon eqdef eqgtr eqless eqqcolon eqsim eqslantgtr eqslantless
    equal equalparallel Equiv equiv eta eth exists exp fallingdotseq fbox Finv flat forall frac frak frakC frakZ
    frown Game Gamma gamma gcd ge geq geqq geqslant gets gg ggg gggtr gimel gnapprox gneqq gnsim grave greater
    gtrapprox gtrdot gtreqless gtreqqless gtrless gtrsim guillemotleft guillemotright guilsinglleft guilsinglright H
    hat hbar hbox hdashline hdots heartsuit hermitmatrix hline hom hookleftarrow hookrightarrow hphantom hslash Huge
    huge i idotsint iff iiiint iiint iint Im imageof imath impliedby implies in increment inf infty injlim int
    intercal intop invnot iota isindot isinE isinobar isins isinvb it jmath Join k kappa ker kernelcontraction L l
    Lambda lambda lambdabar land langle LARGE Large large lasp LaTeX lbrace lbrack lceil ldots Ldsh le leadsto left
    Leftarrow leftarrow leftarrowtail leftbrace leftharpoonaccent leftharpoondown leftharpoonup leftleftarrows
    leftparen Leftrightarrow leftrightarrow leftrightarrows leftrightharpoons leftrightsquigarrow leftsquigarrow
    leftthreetimes leq leqq leqslant less lessapprox lessdot lesseqgtr lesseqqgtr lessgtr lesssim lfloor lg lgroup
    lhd lim liminf limits limsup ll llcorner Lleftarrow lll llless lmoustache ln lnapprox lneqq lnot lnsim log
    Longleftarrow longleftarrow Longleftrightarrow longleftrightarrow longmapsto Longrightarrow longrightarrow
    looparrowleft looparrowright lor lozenge lq lrcorner Lsh ltimes lVert lvert macron maltese mapsdown mapsfrom
    mapsto mapsup mathbb mathbf mathcal mathfrak mathit mathnormal mathring mathrm mathscr mathsf mathtt max mbox
    measeq measuredangle measuredrightangle medspace merge mho mid middle min minus minuscolon mod models mp mu
    multimap nabla napprox natural ncong ne Nearrow nearrow neg negmedspace negthickspace negthinspace neq nequiv
    newline nexists ngeq ngtr ngtrless ngtrsim ni niobar nis nisd nLeftarrow nleftarrow nLeftrightarrow
    nleftrightarrow nleq nless nlessgtr nlesssim nmid nobreakspace nolimits nonumber normalsize not notag notin
    notsmallowns nparallel nprec npreccurlyeq nRightarrow nrightarrow nsim nsimeq nsqsubseteq nsqsupseteq nsubset
    nsubseteq nsucc nsucccurlyeq nsupset nsupseteq ntriangleleft ntrianglelefteq ntriangleright ntrianglerighteq nu
    nVDash nVdash nvDash nvdash Nwarrow nwarrow O o obar ocirc odot OE oe oequal of oiiint oiint oint Omega omega
    ominus operatorname operatornamewithlimits oplus origof oslash otimes over overarc overbrace overbracket
    overleftarrow overleftrightarrow overline overrightarrow overset owns P parallel partial perp perthousand
    phantom Phi phi Pi pi pitchfork plus pm pmb pmod pod Pr prec precapprox preccurlyeq preceq precnapprox precnsim
    precsim prescript prime prod projlim propto prurel Psi psi QED qquad quad questeq rangle rasp ratio rbrace
    rbrack rceil Rdsh Re rfloor rgroup rhd rho right rightangle Rightarrow rightarrow rightarrowbar rightarrowtail
    rightassert rightbrace rightharpoonaccent rightharpoondown rightharpoonup rightleftarrows rightleftharpoons
    rightModels rightparen rightrightarrows rightsquigarrow rightthreetimes rightzigzagarrow ring risingdotseq rm
    rmoustache root rq Rrightarrow Rsh rtimes rVert rvert S scr scrB scrE scre scrF scrg scrH scrI scriptscriptstyle
    scriptsize scriptstyle scrL scrM scro scrR scurel Searrow searrow sec setminus sf sharp sideset Sigma sigma sim
    simeq simneqq sin sinewave sinh slash small smallin smallint smallintclockwise smallointctrcclockwise smallowns
    smallsetminus smallvarointclockwise smile solbar space spadesuit spadesuitopen sphericalangle sqcap sqcup sqrt
    sqsubset sqsubseteq sqsubsetneq sqsupset sqsupseteq sqsupsetneq square ss stackrel star stareq sterling strut
    Subset subset subseteq subseteqq subsetneq subsetneqq substack succ succapprox succcurlyeq succeq succnapprox
    succnsim succsim sum sup Supset supset supseteq supseteqq supsetneq supsetneqq surd Swarrow swarrow t tag tan
    tanh tau tbinom TeX text textasciiacute textasciicircum textasciigrave textasciitilde textbf textcolor
    textexclamdown textit textnormal textquestiondown textquotedblleft textquotedblright textrm textsf textstyle
    texttt textup tfrac therefore Theta theta thickspace thinspace Thorn thorn tilde times tiny to top triangle
    triangledown triangleeq triangleleft trianglelefteq triangleq triangleright trianglerighteq tt turnednot
    twoheaddownarrow twoheadleftarrow twoheadrightarrow twoheaduparrow ulcorner underbar underbrace underbracket
    underleftarrow underleftrightarrow underline underrightarrow underset unlhd unrhd Uparrow uparrow Updownarrow
    updownarrow updownarrowbar updownarrows upharpoonleft upharpoonright uplus Upsilon upsilon upuparrows urcorner
    varDelta varepsilon varGamma varinjlim varisinobar varisins varkappa varLambda varliminf varlimsup varlrtriangle
    varniobar varnis varnothing varOmega varPhi varphi varPi varpi varprojlim varpropto varPsi varrho varSigma
    varsigma varTheta vartheta vartriangle vartriangleleft vartriangleright varUpsilon varXi Vdash vDash vdash vdots
    vec vee veebar veeeq Vert vert vphantom Vvdash wedge wedgeq widebar widehat widetilde wp wr xcancel Xi xi
    xleftarrow xrightarrow yen zeta
    """
COMMANDS = frozenset(_COMMANDS.split())


def only_mathematics(text):
    r"""Return whether every LaTeX command of a text is one that writes mathematics.

    Examples
    --------
    >>> only_mathematics(r"$\frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}$")
    True
    >>> only_mathematics(r"$\href{javascript:alert(1)}{x}$")
    False
    """
    for found in _COMMAND.finditer(text):
        if not found[1] or (found[1] == "hspace" and _A_SPACE.match(text, found.end())):
            continue
        if found[1] not in COMMANDS:
            return False
    return all(found[2] in ENVIRONMENTS for found in _ENVIRONMENT.finditer(text))


def pieces(text):
    """Cut the text of a page into pieces that MathJax may read, and pieces to show as code.

    Parameters
    ----------
    text : str

    Yields
    ------
    piece : str
    as_code : bool
    """
    if "\\" not in text and "$" not in text:
        yield text, False
        return
    formulas, outside, inside, closes, depth = 0, [], [], "", 0
    for found in _PART.finditer(text):
        part = found[0]
        if not closes:
            closes, depth = _closing(part), 0
            if closes:
                yield from _plainly(outside)
                inside = [part]
            else:
                outside.append(part)
            continue
        inside.append(part)
        if part == closes and not (closes.startswith("\\end") and depth):
            formula, formulas = "".join(inside), formulas + 1
            yield formula, formulas > MOST or not _may_be_typeset(formula)
            inside, closes = [], ""
        elif closes.startswith("\\end"):  # the same environment within itself
            depth += (part == closes.replace("\\end", "\\begin", 1)) - (part == closes)
    yield from _plainly(outside)
    yield from _plainly(inside)  # it was begun and never ended


def _closing(part):
    if part in _CLOSES:
        return _CLOSES[part]
    found = _ENVIRONMENT.match(part)
    return f"\\end{{{found[2]}}}" if found and found[1] == "begin" else ""


def _plainly(parts):
    """Give what stands outside of formulas; a command there is harmless only if it is of mathematics."""
    gathered = []
    for part in parts:
        if only_mathematics(part):
            gathered.append(part)
            continue
        if gathered:
            yield "".join(gathered), False
        gathered = []
        yield part, True
    if gathered:
        yield "".join(gathered), False
    parts.clear()


def _may_be_typeset(formula):
    depth = deepest = 0
    for sign in formula:
        depth += (sign == "{") - (sign == "}")
        deepest = max(deepest, depth)
    return len(formula) <= LONGEST and deepest <= DEEPEST and only_mathematics(formula)
