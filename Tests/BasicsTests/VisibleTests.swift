// Text made safe to show.
import Basics
import Testing

@Test(arguments: [
  ("\u{1b}]0;x\u{7}", #"\u{1b}]0;x\u{7}"#),
  ("\u{9b}31m\u{9d}\u{7f}\u{0}", #"\u{9b}31m\u{9d}\u{7f}\u{0}"#),
  ("a\nb\rc\td\r\n", #"a\nb\rc\td\r\n"#),
  ("\u{202e}gnp.exe\u{202c}\u{2066}\u{2069}\u{200f}", #"\u{202e}gnp.exe\u{202c}\u{2066}\u{2069}\u{200f}"#),
  ("a\u{200b}b\u{feff}\u{ad}\u{200d}\u{e0041}", #"a\u{200b}b\u{feff}\u{ad}\u{200d}\u{e0041}"#),
  ("\u{2028}\u{2029}\u{85}", #"\u{2028}\u{2029}\u{85}"#),
  // Bytes of a path that are not UTF-8.
  ("caf\u{10fee9}", #"caf\xe9"#),
])
func whatATerminalWouldObeyIsEscaped(text: String, shown: String) {
  #expect(text.visible == shown)
  #expect(shown.visible == shown)
}

@Test(arguments: ["plain ~ text\\n", "漢字🙂", "naïve café", "e\u{301}", "日本\u{3000}語", "❤\u{fe0f}", "— “·” ×"])
func ordinaryTextIsShownAsItIs(text: String) { #expect(text.visible == text) }

@Test func anErrorIsOneLineWhateverItNames() {
  let error = Trouble("no “a\nFAKE” here", at: "runs/\u{1b}[31m", remedy: "remove it")
  #expect(error.description == #"no “a\nFAKE” here, runs/\u{1b}[31m; remove it"#)
  #expect(error.place == "runs/\u{1b}[31m")
}
