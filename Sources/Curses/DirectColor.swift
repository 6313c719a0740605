/// A terminal description of our own for 24-bit colour: xterm-direct is seldom installed, and few terminals that show
/// 24-bit colour name it in TERM. ncurses takes a compiled description from TERMINFO itself.
import Glibc

enum DirectColor {
  static let name = "simscope-direct"

  /// Puts our description where ncurses looks, before those that TERMINFO named. Once and for good: other threads may read
  /// the environment later.
  static let isOffered: Bool = {
    if let own = getenv("TERMINFO").map({ String(cString: $0) }), !own.isEmpty {
      // Another description in itself has no place in a list of folders.
      guard !own.hasPrefix("b64:"), !own.hasPrefix("hex:") else { return false }
      // An empty place in the list is the system's.
      setenv("TERMINFO_DIRS", own + ":" + (getenv("TERMINFO_DIRS").map { String(cString: $0) } ?? ""), 1)
    }
    return setenv("TERMINFO", "b64:" + compiled, 1) == 0
  }()

  /// What `compiled` is made from, by `tic -x` and `base64`.
  static let source = #"""
    simscope-direct|24-bit colour by the semicolon form every such terminal reads,
      am, bce, mir, msgr, xenl, RGB,
      colors#0x1000000, cols#80, it#8, lines#24, pairs#0x10000,
      bel=^G, bold=\E[1m, civis=\E[?25l, clear=\E[H\E[2J, cnorm=\E[?25h, cr=\r,
      csr=\E[%i%p1%d;%p2%dr, cub=\E[%p1%dD, cub1=^H, cud=\E[%p1%dB, cud1=\n,
      cuf=\E[%p1%dC, cuf1=\E[C, cup=\E[%i%p1%d;%p2%dH, cuu=\E[%p1%dA, cuu1=\E[A,
      dim=\E[2m, ech=\E[%p1%dX, ed=\E[J, el=\E[K, el1=\E[1K, home=\E[H,
      hpa=\E[%i%p1%dG, ht=^I, op=\E[39;49m, rev=\E[7m,
      rmcup=\E[?1049l, rmso=\E[27m, rmul=\E[24m,
      setab=\E[%?%p1%{8}%<%t4%p1%d%e48;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%d%;m,
      setaf=\E[%?%p1%{8}%<%t3%p1%d%e38;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%d%;m,
      sgr=\E[0%?%p6%|%t;1%;%?%p5%|%t;2%;%?%p2%|%t;4%;%?%p1%p3%|%|%t;7%;m,
      sgr0=\E[m, smcup=\E[?1049h, smso=\E[7m, smul=\E[4m,
      vpa=\E[%i%p1%dd,
    """#

  static let compiled = """
    HgJOAB0ADwBpAcYBc2ltc2NvcGUtZGlyZWN0fDI0LWJpdCBjb2xvdXIgYnkgdGhlIHNlbWljb2xvbiBmb3JtIGV2ZXJ5IHN1Y2ggdGVybWluYWwg\
    cmVhZHMAAAEAAAEAAAAAAAAAAAEBAAAAAAAAAAAAAAAAAAEAUAAAAAgAAAAYAAAA////////////////////////////////////////////////\
    /////wAAAAEAAAEA//8AAAIABAD//xUAHQAhACUA//8wAEEAQwBHAE4A//9QAFcA//9bAP//////////////////XwBkAP//bQD///////9yAHcA\
    fACBAP//igCOAP////+XAJ0A////////////////////////////////////////////////////////////////////////////////////////\
    /////////////////////////////////////////////////////////////////////////////6MA////////rAC1AP//vgD/////////////\
    ///////////////////HAP///////9IA/////xAB////////////////////////////////////////////////////////////////////////\
    ////////////////////////////////////////////////////////////////////////////////////////////////////////////////\
    ////////////////////////////////////////////////////////////////////////////////////////////////////////////////\
    /////////////////////////////////////////////////////////////xIB////////////////////////////////////////////////\
    ////////////////////////FwH/////////////////////////////////////////////////////////////////////////////////////\
    /////////////////////////////////////////////////////////////////////////////yABcwEHAA0AG1slaSVwMSVkOyVwMiVkcgAb\
    W0gbWzJKABtbSwAbW0oAG1slaSVwMSVkRwAbWyVpJXAxJWQ7JXAyJWRIAAoAG1tIABtbPzI1bAAIABtbPzI1aAAbW0MAG1tBABtbMW0AG1s/MTA0\
    OWgAG1sybQAbWzdtABtbN20AG1s0bQAbWyVwMSVkWAAbW20AG1s/MTA0OWwAG1syN20AG1syNG0AG1slcDElZEIAG1slcDElZEQAG1slcDElZEMA\
    G1slcDElZEEAG1slaSVwMSVkZAAbWzAlPyVwNiV8JXQ7MSU7JT8lcDUlfCV0OzIlOyU/JXAyJXwldDs0JTslPyVwMSVwMyV8JXwldDs3JTttAAkA\
    G1sxSwAbWzM5OzQ5bQAbWyU/JXAxJXs4fSU8JXQzJXAxJWQlZTM4OzI7JXAxJXs2NTUzNn0lLyVkOyVwMSV7MjU2fSUvJXsyNTV9JSYlZDslcDEl\
    ezI1NX0lJiVkJTttABtbJT8lcDElezh9JTwldDQlcDElZCVlNDg7MjslcDElezY1NTM2fSUvJWQ7JXAxJXsyNTZ9JS8lezI1NX0lJiVkOyVwMSV7\
    MjU1fSUmJWQlO20AAQAAAAAAAQAEAAEAAABSR0IA
    """
}
