//! The commands that LaTeX mathematics on the web knows, and the arguments they take.
//!
//! Names are those of LaTeX, the AMS packages, and the extensions that MathJax
//! and KaTeX bring along (mhchem, physics, mathtools, braket, cancel, siunitx
//! basics, `\class` and kin). The table says how a command is read, never what
//! it means.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What a command takes, one letter an item, in order:
/// `m` mathematics, `t` text, `r` raw (a colour, a label), `g` a group that may be empty or a
/// delimiter, `o` optional mathematics in brackets, `O` and `R` the same, raw, `s` an optional
/// star, `D` a bare dimension, `d` a delimiter; `i` alone marks an infix (`\over`).
pub(crate) type Signature = &'static str;

static TABLE: LazyLock<HashMap<&'static str, Signature>> = LazyLock::new(|| {
    let symbols = SYMBOLS.split_whitespace().map(|name| (name, ""));
    let taking = TAKING.iter().flat_map(|(signature, names)| {
        names.split_whitespace().map(move |name| (name, *signature))
    });
    symbols.chain(taking).collect()
});

/// How a control word is read; `None` for one that is not in the table.
pub(crate) fn signature(name: &str) -> Option<Signature> {
    TABLE.get(name).copied()
}

/// How many mandatory arguments a command takes (none where it is unknown).
pub(crate) fn arity(name: &str) -> usize {
    signature(name).unwrap_or("").chars().filter(|c| matches!(c, 'm' | 't' | 'r' | 'g')).count()
}

/// Whether a command may take a bracketed argument first.
pub(crate) fn takes_optional(name: &str) -> bool {
    signature(name).is_some_and(|s| s.contains(['o', 'O', 'R']))
}

/// Commands with arguments, by signature.
const TAKING: &[(Signature, &str)] = &[
    (
        "m",
        "Aboxed Acute Bar Bbb Bold Bra Braket Breve Check Ddot Dot Grave Hat Ket Overrightarrow \
     Set Tilde Vec acute angl bar bcancel bm bold boldsymbol boxed bra braket breve cancel \
     centernot check clap cramped crampedclap crampedllap crampedrlap crampedsubstack ddddot \
     dddot ddot dot frak grave hat hphantom ket llap mathbb mathbbm mathbbmss mathbf \
     mathbfcal mathbffrak mathbfit mathbfscr mathbfsf mathbfsfit mathbfsfup mathbfup mathbin \
     mathcal mathclap mathclose mathds mathfrak mathinner mathit mathllap mathnormal mathop \
     mathopen mathord mathpunct mathrel mathring mathrlap mathrm mathscr mathsf mathsfit \
     mathsfup mathtt mathup overbar overbrace overgroup overleftarrow overleftharpoon \
     overleftrightarrow overline overlinesegment overparen overrightarrow overrightharpoon \
     phantom phase pmb pmod pod reflectbox rlap set shoveleft shoveright sout substack symbb \
     symbf symbfcal symbffrak symbfit symbfscr symbfsf symbfsfit symbfsfup symbfup symcal \
     symfrak symit symnormal symrm symscr symsf symsfit symsfup symtt symup tilde underbar \
     underbrace undergroup underleftarrow underleftrightarrow underline underlinesegment \
     underparen underrightarrow utilde vcenter vec vphantom widebar widecheck widehat \
     wideparen widetilde xcancel",
    ),
    ("Om", "overbracket underbracket"),
    (
        "om",
        "sqrt xLeftarrow xLeftrightarrow xLeftrightharpoons xRightarrow xRightleftharpoons \
     xhookleftarrow xhookrightarrow xleftarrow xleftequilibrium xleftharpoondown \
     xleftharpoonup xleftrightarrow xleftrightarrows xleftrightharpoons xlongequal \
     xlongleftarrow xlongrightarrow xmapsto xrightarrow xrightequilibrium xrightharpoondown \
     xrightharpoonup xrightleftarrows xrightleftharpoons xtofrom xtwoheadleftarrow \
     xtwoheadrightarrow",
    ),
    ("Rm", "bbox smash"),
    (
        "mm",
        "Ketbra binom cancelto dbinom dfrac frac ketbra nicefrac overset sfrac splitdfrac \
     splitfrac stackbin stackrel tbinom tfrac underset",
    ),
    ("Rmm", "cfrac"),
    ("mmm", "overunderset prescript sideset"),
    ("mmmm", "mathchoice"),
    ("ggrrmm", "genfrac"),
    ("sm", "operatorname operatornamewithlimits"),
    (
        "t",
        "emph fbox hbox mbox text textbf textcircled textclap textit textllap textmd textnormal \
     textrlap textrm textsc textsf textsl texttt textup",
    ),
    ("tt", "texorpdfstring"),
    ("RRt", "framebox makebox"),
    ("rRRt", "parbox raisebox"),
    ("st", "tag"),
    (
        "r",
        "Cref ang ce cellcolor cite citep citet cline columncolor cref eqref index label \
     mathtoolsset mspace num pu ref refeq require rowcolor si url usetagform vspace",
    ),
    ("sr", "hspace"),
    ("Rr", "color includegraphics unicode"),
    ("Rrr", "SI SIrange rule"),
    ("rRt", "mmlToken"),
    ("rm", "class cssId data href htmlClass htmlData htmlId htmlStyle mathcolor style textcolor"),
    ("Rrt", "colorbox"),
    ("Rrrt", "fcolorbox"),
    ("rrr", "definecolor"),
    ("rRm", "enclose"),
    ("mt", "mathtip texttip"),
    ("DD", "Rule Space"),
    ("D", "above hskip kern lower mkern moveleft moveright mskip raise"),
    ("d", "Big Bigg Biggl Biggm Biggr Bigl Bigm Bigr big bigg biggl biggm biggr bigl bigm bigr"),
    ("i", "abovewithdelims atop atopwithdelims brace brack choose over overwithdelims"),
    (
        "",
        "Res Tr abs absolutevalue acomm acosh ad arccot arccsc arcosh arcsec arsinh artanh asinh \
     atanh bfseries bmqty centering comm csch curl dd derivative displaylimits dv dyad em \
     endtoggle ensuremath erf ev eval evaluated expval fdv grad hfilneg ip itshape laplacian \
     lbag lcm mathbbold mathpalette mel mqty noindent norm of op order par partialderivative \
     pb pdv pmqty protect qand qif qor qq qty quantity rank rbag rmfamily sc sech sffamily sl \
     toggle tr ttfamily unit upshape va vb vmqty vskip vu",
    ),
];

/// Commands that take nothing.
const SYMBOLS: &str = "AA AE Alpha And ArrowBetweenLines Arrowvert Bbbk Beta Box Bumpeq Cap Chi Colonapprox \
    Coloneq Coloneqq Colonsim Complex Cup DOTSB DOTSI DOTSX Dagger Darr DeclareMathOperator \
    DeclarePairedDelimiter DeclarePairedDelimiterX DeclarePairedDelimiterXPP \
    DeclarePairedDelimiters DeclarePairedDelimitersX DeclarePairedDelimitersXPP Delta \
    Diamond Doteq Downarrow Epsilon Eqcolon Eqqcolon Eta Finv Game Gamma H Harr Huge Im Iota \
    Join KaTeX Kappa LARGE LaTeX Lambda Large Larr Leftarrow Leftrightarrow Lleftarrow \
    Longleftarrow Longleftrightarrow Longrightarrow Lrarr Lsh MTFlushSpaceAbove \
    MTFlushSpaceBelow MTThinColon MoveEqLeft Mu N Newextarrow Nu O OE Omega Omicron P Phi Pi \
    Pr Psi R Rarr Re Reals Rho Rightarrow Rrightarrow Rsh S Sigma Subset Supset Tau TeX \
    Theta Tiny Uarr Uparrow Updelta Updownarrow Upgamma Uplambda Upomega Upphi Uppi Uppsi \
    Upsigma Upsilon Uptheta Upupsilon Upxi Vdash Vert Vvdash Xi Z Zeta aa adjustlimits ae \
    alef alefsym aleph allowbreak alpha amalg angle angln approx approxcolon \
    approxcoloncolon approxeq arccos arcctg arcsin arctan arctg arg argmax argmin array \
    arraystretch arrowvert ast asymp backepsilon backprime backsim backsimeq backslash \
    barwedge bbFont because begin begingroup beta beth between bf bgroup bigcap bigcirc \
    bigcup bigodot bigoplus bigotimes bigsqcup bigstar bigtimes bigtriangledown \
    bigtriangleup biguplus bigvee bigwedge blacklozenge blacksquare blacktriangle \
    blacktriangledown blacktriangleleft blacktriangleright blue blueA blueB blueC blueD \
    blueE bmod bot bowtie boxdot boxminus boxplus boxtimes bracevert buildrel bull bullet \
    bumpeq c cal cap cases cdleftarrow cdlongequal cdot cdotp cdots cdrightarrow celsius \
    centercolon centerdot ch char checkmark chi circ circeq circlearrowleft circlearrowright \
    circledR circledS circledast circledcirc circleddash clubs clubsuit cnums colon \
    colonapprox coloncolon coloncolonapprox coloncolonequals coloncolonminus coloncolonsim \
    coloneq coloneqq colonequals colonminus colonsim complement cong coprod copyright cos \
    cosec cosh cot cotg coth cp cr cross crossproduct csc ctg cth cup curlyeqprec \
    curlyeqsucc curlyvee curlywedge curvearrowleft curvearrowright d dArr dag dagger daleth \
    darr dashleftarrow dashrightarrow dashv dblcolon ddag ddagger ddots def deg degree delta \
    det diagdown diagup diamond diamonds diamondsuit digamma dim displaylines displaystyle \
    div divideontimes doteq doteqdot dotplus dots dotsb dotsc dotsi dotsm dotso dotsx \
    doublebarwedge doublecap doublecup downarrow downdownarrows downharpoonleft \
    downharpoonright edef egroup ell empty emptyset end endgroup enskip enspace epsilon \
    eqalign eqalignno eqcirc eqcolon eqqcolon eqsim eqslantgtr eqslantless equalscolon \
    equalscoloncolon equiv eta eth exist exists exp fallingdotseq flat footnotesize forall \
    frown gamma gcd gdef ge geq geqq geqslant gets gg ggg gggtr gimel global gnapprox gneq \
    gneqq gnsim goldA goldB goldC goldD goldE gray grayA grayB grayC grayD grayE grayF grayG \
    grayH grayI green greenA greenB greenC greenD greenE gt gtrapprox gtrdot gtreqless \
    gtreqqless gtrless gtrsim gvertneqq hArr harr hbar hdashline hearts heartsuit hfil hfill \
    hfilll hline hom hookleftarrow hookrightarrow hslash huge i idotsint iff iiiint iiint \
    iint image imageof imath impliedby implies in inf infin infty injlim int intercal intop \
    iota isin it j jmath kaBlue kaGreen kappa ker lArr lBrace lVert lambda land lang langle \
    large larr lbrace lbrack lceil ldotp ldots le leadsto left leftarrow leftarrowtail \
    leftharpoondown leftharpoonup leftleftarrows leftrightarrow leftrightarrows \
    leftrightharpoons leftrightsquigarrow leftroot leftthreetimes leq leqalignno leqq \
    leqslant lessapprox lessdot lesseqgtr lesseqqgtr lessgtr lesssim let lfloor lg lgroup \
    lhd lim liminf limits limsup ll llbracket llcorner lll llless lmoustache ln lnapprox \
    lneq lneqq lnot lnsim log long longLeftrightharpoons longRightleftharpoons longleftarrow \
    longleftrightarrow longleftrightarrows longmapsto longrightarrow longrightleftharpoons \
    looparrowleft looparrowright lor lozenge lparen lq lrArr lrarr lrcorner lt ltimes lvert \
    lvertneqq maltese mapsfrom mapsto maroonA maroonB maroonC maroonD maroonE mathellipsis \
    mathmakebox mathmbox mathreflectbox mathsterling mathstrut matrix max measuredangle \
    medspace message mho micro mid middle min minCDarrowheight minCDarrowwidth mintA mintB \
    mintC minuscolon minuscoloncolon mit mod models mp mu multimap nLeftarrow \
    nLeftrightarrow nRightarrow nVDash nVdash nabla natnums natural ncong ndownarrow ne \
    nearrow neg negmedspace negthickspace negthinspace neq newcommand newenvironment newline \
    newtagform nexists ngeq ngeqq ngeqslant ngtr ni nleftarrow nleftrightarrow nleq nleqq \
    nleqslant nless nmid nobreak nobreakspace nolimits nonscript nonumber normalsize not \
    notChar notag notin notni nparallel nprec npreceq nrightarrow nshortmid nshortparallel \
    nsim nsubseteq nsubseteqq nsucc nsucceq nsupseteq nsupseteqq ntriangleleft \
    ntrianglelefteq ntriangleright ntrianglerighteq nu nuparrow nvDash nvdash nwarrow o odot \
    oe ohm oiiint oiint oint oldstyle omega omicron ominus oplus orange ordinarycolon origof \
    oslash otimes owns parallel partial perp perthousand phi pi pink pitchfork plim plusmn \
    pm pmatrix pounds prec precapprox preccurlyeq preceq precnapprox precneqq precnsim \
    precsim prime prod projlim propto providecommand psi purple purpleA purpleB purpleC \
    purpleD purpleE qquad quad r rArr rBrace rVert rang rangle rarr ratio rbrace rbrack \
    rceil real reals red redA redB redC redD redE relax renewcommand renewenvironment \
    renewtagform restriction rfloor rgroup rhd rho right rightarrow rightarrowtail \
    rightharpoondown rightharpoonup rightleftarrows rightleftharpoons rightrightarrows \
    rightsquigarrow rightthreetimes risingdotseq rm rmoustache root rparen rq rrbracket \
    rtimes rvert scr scriptscriptstyle scriptsize scriptstyle sdot searrow sec sect setminus \
    sf sh sharp shortmid shortparallel shortvdotswithin sigma sim simcolon simcoloncolon \
    simeq sin sinh sixptsize skew small smallfrown smallint smallsetminus smallsmile smile \
    space spades spadesuit sphericalangle sqcap sqcup sqsubset sqsubseteq sqsupset \
    sqsupseteq square ss star strut sub sube subset subseteq subseteqq subsetneq subsetneqq \
    succ succapprox succcurlyeq succeq succnapprox succneqq succnsim succsim sum sup supe \
    supset supseteq supseteqq supsetneq supsetneqq surd swarrow t tan tanh tau tealA tealB \
    tealC tealD tealE textasciicircum textasciitilde textbackslash textbar textbardbl \
    textbraceleft textbraceright textcopyright textdagger textdaggerdbl textdegree \
    textdollar textellipsis textemdash textendash textgreater textless textquotedblleft \
    textquotedblright textquoteleft textquoteright textregistered textsterling textstyle \
    textunderscore tg th therefore theta thetasym thickapprox thicksim thickspace thinspace \
    times tiny to top triangle triangledown triangleleft trianglelefteq triangleq \
    triangleright trianglerighteq tripledash tt twoheadleftarrow twoheadrightarrow u uArr \
    uarr ulcorner unlhd unrhd upalpha uparrow upbeta upchi updelta updownarrow upepsilon \
    upeta upgamma upharpoonleft upharpoonright upiota upkappa uplambda uplus upmu upnu \
    upomega upomicron upphi uppi uppsi uprho uproot upsigma upsilon uptau uptheta upuparrows \
    upupsilon upvarepsilon upvarphi upvarpi upvarrho upvarsigma upvartheta upxi upzeta \
    urcorner v vDash varDelta varGamma varLambda varOmega varPhi varPi varPsi varSigma \
    varTheta varUpsilon varXi varcoppa varepsilon varinjlim varkappa varliminf varlimsup \
    varnothing varphi varpi varprojlim varpropto varrho varsigma varsubsetneq varsubsetneqq \
    varsupsetneq varsupsetneqq vartheta vartriangle vartriangleleft vartriangleright \
    varvdots vcentcolon vdash vdot vdots vdotswithin vee veebar verb vert wedge weierp wp wr \
    x xdef xi xmathstrut yen zeta";
