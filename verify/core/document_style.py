r"""The LaTeX definitions that printed claims need: the package ``assay.sty``."""

from __future__ import annotations

__all__ = ["DEFINITIONS", "NEEDS", "STYLE"]

NEEDS = r"""% Written by assay, to be put into a document by \input. Its preamble needs
%   \usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}
%   \usepackage{assay}   % the file assay.sty, written beside this one; before you declare theorems
% With \usepackage[cite]{assay} works are cited by \cite; `assay latex ... --bib FILE` writes them.
\ifdefined\assayfit\else\errmessage{The preamble needs \string\usepackage{assay}}\fi"""
"""The head of a fragment."""

DEFINITIONS = r"""\providecommand{\assaynewtheorem}[2]{\@ifundefined{#1}{%
  \@ifundefined{c@theorem}{\newtheorem{#1}{#2}}{\newtheorem{#1}[theorem]{#2}}}{}}
\newcommand{\assaytheorems}{%
  \@ifundefined{theorem}{\newtheorem{theorem}{Theorem}}{}%
  \assaynewtheorem{assayclaim}{Claim}%           a statement without a complete proof
  \assaynewtheorem{assayobservation}{Observation}% a trend across trained models
  \assaynewtheorem{assayrefuted}{Refuted claim}}
% What is known about a claim, in small print: where it comes from and its verdict.
\@ifundefined{assaynotes}{\newenvironment{assaynotes}%
  {\par\addvspace{\smallskipamount}\begingroup\small\raggedright\parindent=0pt
   \parskip=2pt plus 1pt\relax}%
  {\par\endgroup\addvspace{\smallskipamount}}}{}
% Its first line, \assayhead{ID}{STANDING}{VERDICT}{HOW}, has the marks.
\providecommand{\assayhead}[4]{#1\nobreak\hfill\penalty50\hskip1em\null\nobreak\hfill
  \mbox{\emph{#2}, \assaymark{#3}~#3\ifx\relax#4\relax\else{} (#4)\fi}%
  {\parfillskip=0pt\par}\nobreak}
\providecommand{\assaymark}[1]{\@ifundefined{assay@#1}{$\circ$}{\csname assay@#1\endcsname}}
\@namedef{assay@confirmed}{$\checkmark$}
\@namedef{assay@refuted}{$\boldsymbol\times$}
\@namedef{assay@inconclusive}{\textbf{?}}
% A work: its key in the bibliography, and what the text calls it.
\providecommand{\assaycite}[2]{#2}
% Lines full of formulas may have wide spaces.
\providecommand{\assayloose}{\emergencystretch=4em\relax}
% \assayfit{LENGTH}{FORMULA}: smaller if it is wider than the line less the length.
\providecommand{\assayfit}[2]{\sbox0{$\displaystyle #2$}%
  \ifdim\wd0>\dimexpr\linewidth-#1\relax
    \resizebox{\dimexpr\linewidth-#1\relax}{!}{\usebox0}\else\usebox0\fi}"""
"""To be read where ``@`` is a letter: in a package, or after ``\\makeatletter``."""

STYLE = rf"""% assay.sty: what claims printed by assay need. Definitions that you made before stand.
% Written by assay, which overwrites edits.
\NeedsTeXFormat{{LaTeX2e}}
\ProvidesPackage{{assay}}[2026/11/23 claims put to the test]
\newif\ifassaycites
\DeclareOption{{cite}}{{\assaycitestrue}}
\ProcessOptions\relax
\RequirePackage{{amsmath,amssymb,mathtools,graphicx}}
\@ifundefined{{proof}}{{\@ifundefined{{theorem}}{{\RequirePackage{{amsthm}}}}%
  {{\PackageError{{assay}}{{Load assay, or amsthm, before you declare theorems}}{{}}}}}}{{}}
\ifassaycites\newcommand{{\assaycite}}[2]{{#2~\cite{{#1}}}}\fi
{DEFINITIONS}
\AtBeginDocument{{\assaytheorems}}% after your own theorems
\endinput
"""
"""The text of ``assay.sty``."""
