"""Works that the catalogue cites, as data for a bibliography.

`Cited` steps name a theorem and where it is proved in their own words. ``named`` has those words,
so that whatever prints them can tell which work is meant. This module is outside of
``theory.core`` because no verdict depends on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from theory.core.source import Paper

__all__ = ["REFERENCES", "Reference", "reference_to"]


@dataclass(frozen=True)
class Reference:
    """A work, with the fields of its BibTeX entry.

    Parameters
    ----------
    key : str
    kind : str
        The BibTeX entry type.
    authors : str
        As BibTeX writes them, ``Family, Given and ...``.
    title : str
    year : int
    fields : mapping
        Further fields, such as the publisher; only what is certain.
    named : tuple of str
        How the catalogue names it.
    """

    key: str
    kind: str
    authors: str
    title: str
    year: int
    fields: Mapping[str, str] = field(default_factory=dict)
    named: tuple[str, ...] = ()


def reference_to(paper: Paper) -> Reference:
    """The entry of a paper that claims come from."""
    fields = {"booktitle": paper.venue} if paper.venue else {}
    if paper.arxiv:
        fields |= {"eprint": paper.arxiv, "archiveprefix": "arXiv"}
    kind = "inproceedings" if paper.venue else "misc"
    return Reference(paper.key, kind, paper.authors, paper.title, paper.year, fields)


def _book(
    key: str, authors: str, title: str, publisher: str, year: int, *named: str, edition: str = ""
) -> Reference:
    fields = {"publisher": publisher} | ({"edition": edition} if edition else {})
    return Reference(key, "book", authors, title, year, fields, named)


def _article(
    key: str,
    authors: str,
    title: str,
    journal: str,
    volume: str,
    pages: str,
    year: int,
    *named: str,
) -> Reference:
    """A volume may come with its number: ``23(4)``."""
    whole, _, number = volume.rstrip(")").partition("(")
    fields = {"journal": journal, "volume": whole}
    fields |= {name: text for name, text in (("number", number), ("pages", pages)) if text}
    return Reference(key, "article", authors, title, year, fields, named)


REFERENCES = (
    _book(
        "abramowitz1964",
        "Abramowitz, Milton and Stegun, Irene A.",
        "Handbook of Mathematical Functions",
        "National Bureau of Standards",
        1964,
        "Abramowitz and Stegun",
    ),
    _book(
        "billingsley1995",
        "Billingsley, Patrick",
        "Probability and Measure",
        "Wiley",
        1995,
        "Billingsley, Probability and Measure",
        "dominated convergence theorem",
        edition="3rd",
    ),
    _book(
        "billingsley1999",
        "Billingsley, Patrick",
        "Convergence of Probability Measures",
        "Wiley",
        1999,
        "Billingsley 1999, Convergence of Probability Measures",
        edition="2nd",
    ),
    _book(
        "boole1854",
        "Boole, George",
        "An Investigation of the Laws of Thought",
        "Walton and Maberly",
        1854,
        "Boole 1854",
        "Boole's inequality",
    ),
    _book(
        "boucheron2013",
        "Boucheron, Stéphane and Lugosi, Gábor and Massart, Pascal",
        "Concentration Inequalities: A Nonasymptotic Theory of Independence",
        "Oxford University Press",
        2013,
        "Boucheron, Lugosi and Massart, Concentration Inequalities",
    ),
    _book(
        "boyd2004",
        "Boyd, Stephen and Vandenberghe, Lieven",
        "Convex Optimization",
        "Cambridge University Press",
        2004,
        "Boyd and Vandenberghe, Convex Optimization",
    ),
    _book(
        "bromwich1908",
        "Bromwich, T. J. I'A.",
        "An Introduction to the Theory of Infinite Series",
        "Macmillan",
        1908,
        "Bromwich 1908",
        "Bromwich, Infinite Series",
    ),
    _book(
        "debruijn1958",
        "de Bruijn, N. G.",
        "Asymptotic Methods in Analysis",
        "North-Holland",
        1958,
        "de Bruijn",
    ),
    _article(
        "chernoff1952",
        "Chernoff, Herman",
        "A Measure of Asymptotic Efficiency for Tests of a Hypothesis Based on the Sum of "
        "Observations",
        "Annals of Mathematical Statistics",
        "23(4)",
        "493--507",
        1952,
        "Chernoff 1952",
    ),
    _article(
        "coppel1955",
        "Coppel, W. A.",
        "The Solution of Equations by Iteration",
        "Proceedings of the Cambridge Philosophical Society",
        "51(1)",
        "41--43",
        1955,
        "Coppel, The solution of equations by iteration (1955)",
        "Coppel's theorem",
    ),
    _article(
        "cover1965",
        "Cover, Thomas M.",
        "Geometrical and Statistical Properties of Systems of Linear Inequalities with "
        "Applications in Pattern Recognition",
        "IEEE Transactions on Electronic Computers",
        "EC-14(3)",
        "326--334",
        1965,
        "Geometrical and statistical properties of systems of linear inequalities, 1965",
    ),
    _book(
        "cover2006",
        "Cover, Thomas M. and Thomas, Joy A.",
        "Elements of Information Theory",
        "Wiley",
        2006,
        "Cover and Thomas, Elements of Information Theory",
        "Cover and Thomas",
        edition="2nd",
    ),
    _book(
        "david2003",
        "David, H. A. and Nagaraja, H. N.",
        "Order Statistics",
        "Wiley",
        2003,
        "David and Nagaraja, Order Statistics",
        edition="3rd",
    ),
    _book(
        "durrett2019",
        "Durrett, Rick",
        "Probability: Theory and Examples",
        "Cambridge University Press",
        2019,
        "Durrett, Probability: Theory and Examples",
        "Durrett, Probability",
        edition="5th",
    ),
    _book(
        "feller1968",
        "Feller, William",
        "An Introduction to Probability Theory and Its Applications, Volume I",
        "Wiley",
        1968,
        "Feller, An Introduction to Probability Theory, Volume 1",
        "Feller, An Introduction to Probability Theory I",
        edition="3rd",
    ),
    _book(
        "feller1971",
        "Feller, William",
        "An Introduction to Probability Theory and Its Applications, Volume II",
        "Wiley",
        1971,
        "Feller, vol. II",
        edition="2nd",
    ),
    _article(
        "fisher1915",
        "Fisher, R. A.",
        "Frequency Distribution of the Values of the Correlation Coefficient in Samples from an "
        "Indefinitely Large Population",
        "Biometrika",
        "10(4)",
        "507--521",
        1915,
        "Fisher, 1915, Biometrika 10",
    ),
    _article(
        "gallager1978",
        "Gallager, Robert G.",
        "Variations on a Theme by Huffman",
        "IEEE Transactions on Information Theory",
        "24(6)",
        "668--674",
        1978,
        "Gallager, Variations on a theme by Huffman, IEEE Trans. Inf. Theory 24, 1978",
        "Gallager, IEEE Trans. Inf. Theory 24 (1978)",
    ),
    _article(
        "hoeffding1963",
        "Hoeffding, Wassily",
        "Probability Inequalities for Sums of Bounded Random Variables",
        "Journal of the American Statistical Association",
        "58(301)",
        "13--30",
        1963,
        "Hoeffding, J. Amer. Statist. Assoc. 58 (1963)",
    ),
    _article(
        "huffman1952",
        "Huffman, David A.",
        "A Method for the Construction of Minimum-Redundancy Codes",
        "Proceedings of the IRE",
        "40(9)",
        "1098--1101",
        1952,
        "Huffman, Proc. IRE 40 (1952)",
    ),
    _book(
        "katok1995",
        "Katok, Anatole and Hasselblatt, Boris",
        "Introduction to the Modern Theory of Dynamical Systems",
        "Cambridge University Press",
        1995,
        "Katok and Hasselblatt 1995",
    ),
    _article(
        "kaufmann2016",
        "Kaufmann, Emilie and Cappé, Olivier and Garivier, Aurélien",
        "On the Complexity of Best-Arm Identification in Multi-Armed Bandit Models",
        "Journal of Machine Learning Research",
        "17(1)",
        "1--42",
        2016,
        "Kaufmann, Cappe and Garivier, JMLR 17 (2016)",
    ),
    Reference(
        "kraft1949",
        "mastersthesis",
        "Kraft, Leon G.",
        "A Device for Quantizing, Grouping, and Coding Amplitude-Modulated Pulses",
        1949,
        {"school": "Massachusetts Institute of Technology"},
        ("Kraft 1949",),
    ),
    _book("lang2002", "Lang, Serge", "Algebra", "Springer", 2002, "Lang, Algebra", edition="3rd"),
    _book(
        "lehmann1998",
        "Lehmann, E. L. and Casella, George",
        "Theory of Point Estimation",
        "Springer",
        1998,
        "Lehmann and Casella, Theory of Point Estimation",
        edition="2nd",
    ),
    _book(
        "lehmann2005",
        "Lehmann, E. L. and Romano, Joseph P.",
        "Testing Statistical Hypotheses",
        "Springer",
        2005,
        "Lehmann and Romano, Testing Statistical Hypotheses",
        edition="3rd",
    ),
    _book(
        "luenberger1969",
        "Luenberger, David G.",
        "Optimization by Vector Space Methods",
        "Wiley",
        1969,
        "Luenberger 1969, Optimization by Vector Space Methods",
    ),
    Reference(
        "lyu2020",
        "inproceedings",
        "Lyu, Kaifeng and Li, Jian",
        "Gradient Descent Maximizes the Margin of Homogeneous Neural Networks",
        2020,
        {"booktitle": "International Conference on Learning Representations"},
        ("Lyu and Li, ICLR 2020",),
    ),
    _article(
        "mohajer2012",
        "Mohajer, Soheil and Pakzad, Payam and Kakhbod, Ali",
        "Tight Bounds on the Redundancy of Huffman Codes",
        "IEEE Transactions on Information Theory",
        "58",
        "",
        2012,
        "Mohajer, Pakzad and Kakhbod, IEEE Trans. Inf. Theory 58 (2012)",
    ),
    _article(
        "nagumo1942",
        "Nagumo, Mitio",
        "Über die Lage der Integralkurven gewöhnlicher Differentialgleichungen",
        "Proceedings of the Physico-Mathematical Society of Japan, 3rd Series",
        "24",
        "551--559",
        1942,
        "Nagumo's theorem",
    ),
    _book(
        "dlmf2010",
        "Olver, Frank W. J. and Lozier, Daniel W. and Boisvert, Ronald F. and Clark, Charles W.",
        "NIST Handbook of Mathematical Functions",
        "Cambridge University Press",
        2010,
        "DLMF",
    ),
    _book(
        "ortega1970",
        "Ortega, J. M. and Rheinboldt, W. C.",
        "Iterative Solution of Nonlinear Equations in Several Variables",
        "Academic Press",
        1970,
        "Ortega and Rheinboldt 1970",
    ),
    _book(
        "petrov1975",
        "Petrov, V. V.",
        "Sums of Independent Random Variables",
        "Springer",
        1975,
        "Petrov, Sums of Independent Random Variables",
    ),
    _book(
        "schrijver1986",
        "Schrijver, Alexander",
        "Theory of Linear and Integer Programming",
        "Wiley",
        1986,
        "Schrijver, Theory of Linear and Integer Programming",
    ),
    _article(
        "soudry2018",
        "Soudry, Daniel and Hoffer, Elad and Nacson, Mor Shpigel and Gunasekar, Suriya and "
        "Srebro, Nathan",
        "The Implicit Bias of Gradient Descent on Separable Data",
        "Journal of Machine Learning Research",
        "19(70)",
        "1--57",
        2018,
        "Soudry et al., JMLR 2018",
    ),
    _book(
        "steele2004",
        "Steele, J. Michael",
        "The Cauchy-Schwarz Master Class",
        "Cambridge University Press",
        2004,
        "Cauchy--Schwarz inequality",
    ),
    _book(
        "stolz1885",
        "Stolz, Otto",
        "Vorlesungen über allgemeine Arithmetik",
        "Teubner",
        1885,
        "Stolz--Cesaro theorem",
    ),
    _article(
        "tikhonov1952",
        "Tikhonov, A. N.",
        "Systems of Differential Equations Containing Small Parameters in the Derivatives",
        "Matematicheskii Sbornik",
        "31(3)",
        "575--586",
        1952,
        "Tikhonov, 1952, Mat. Sb. 31",
    ),
    _article(
        "vitter1987",
        "Vitter, Jeffrey Scott",
        "Design and Analysis of Dynamic Huffman Codes",
        "Journal of the ACM",
        "34(4)",
        "825--845",
        1987,
        "Vitter, J. ACM 34 (1987)",
    ),
    _book(
        "woodroofe1982",
        "Woodroofe, Michael",
        "Nonlinear Renewal Theory in Sequential Analysis",
        "SIAM",
        1982,
        "Woodroofe, Nonlinear Renewal Theory in Sequential Analysis",
    ),
)
"""Sorted by no rule: whoever prints them sorts by author and year."""
