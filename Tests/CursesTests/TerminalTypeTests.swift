/// Which of ncurses' descriptions is taken, and the colours that come of it.
import Canvas
import Testing

@testable import Curses

extension ThroughNcurses {
  @Suite struct TerminalTypeTests {
    private let window = WindowSize(columns: 100, rows: 40, pixelWidth: 904, pixelHeight: 764)

    /// What is drawn once the terminal, or tmux, has told of its colours, where its description has 256 of them.
    private func depth(
      _ environment: Environment, told: String = "", tmux: String = "", _ options: TerminalOptions = TerminalOptions()
    ) throws -> Abilities.ColorDepth {
      var found = Detection(environment: environment, options: options, colors: 256, window: window)
      var decoder = InputDecoder()
      for case .reply(let reply) in decoder.decode(told.utf8) { found.replies.note(reply) }
      if !tmux.isEmpty { found.tmux = TmuxQuestion.Answer(tmux) }
      found.colors = try TerminalType.find(for: environment, depth: found.wantedDepth).colors
      return found.depth
    }

    // xterm 379; Windows Terminal and mintty; foot with an attribute; semicolons
    @Test(arguments: ["0;48:2::1:2:3", "0;48;2;1;2;3", "0;1;48:2:1:2:3", "48;2;1;2;3"])
    func theTerminalsWordMeansDirectColour(colors: String) throws {
      let told = "\u{1b}P1$r\(colors)m\u{1b}\\"
      for term in ["xterm", "xterm-256color", "xterm-kitty", "foot"] {
        #expect(try depth(Environment(term: term), told: told) == .truecolor)
      }
      #expect(try depth(Environment(term: "xterm-256color", noColor: true), told: told) == .mono)
      #expect(try depth(Environment(term: "xterm-256color"), told: told, TerminalOptions(colors: .sixteen)) == .sixteen)
      var sparing = TerminalOptions()
      sparing.bytesPerSecond = 2000
      #expect(try depth(Environment(term: "xterm-256color"), told: told, sparing) == .palette256)
    }

    // xterm without 24-bit colour takes the nearest of its palette; who does not know the question says 0
    @Test(arguments: ["1$r0;48:5:16m", "1$r0m", "0$r", "1$r2 q", "1$r0;38:2::48:2:1m"])
    func anyOtherWordDoesNot(answer: String) throws {
      let told = "\u{1b}P\(answer)\u{1b}\\"
      #expect(try depth(Environment(term: "xterm-256color"), told: told) == .palette256)
    }

    @Test func tmuxSpeaksForItsTerminal() throws {
      let tmux = Environment(term: "tmux-256color", multiplexed: true, tmuxSocket: "/tmp/tmux")
      #expect(try depth(tmux, tmux: "off;256,bpaste,RGB,title;XTerm(379)\n") == .truecolor)
      #expect(try depth(tmux, tmux: "off;256,bpaste,title;XTerm(379)\n") == .palette256)
      #expect(try depth(tmux, told: "\u{1b}P1$r0;48:2::1:2:3m\u{1b}\\") == .palette256)
    }

    @Test func unknownXtermsFallBackOthersDoNot() throws {
      let type = try TerminalType.find(TerminalType.candidates(for: "xterm-kitty-of-2031", depth: nil), term: "")
      #expect(type.name == "xterm-256color" && type.colors == 256)
      #expect(throws: TerminalTrouble.self) {
        try TerminalType.find(TerminalType.candidates(for: "teletype-of-1931", depth: nil), term: "teletype-of-1931")
      }
    }

    @Test(arguments: [
      ("xterm-ghostty-of-2031", "xterm-256color"), ("st-of-2031", "xterm-256color"),
      ("tmux-of-2031", "screen-256color"),
      ("vt-of-1983", "vt220"), ("linux-of-2031", "vt220"),
    ])
    func aMissingDescriptionHasASimilarOneAndARemark(term: String, similar: String) throws {
      let type = try TerminalType.find(for: Environment(term: term), depth: nil)
      #expect(type.name == similar && type.missing == term)
      #expect(type.remark == "TERM=\(term) is not described on this machine (terminfo): \(similar) is used instead")
      #expect(try TerminalType.find(for: Environment(term: "xterm"), depth: nil).remark == nil)
    }

    /// The Linux console's description has no size.
    @Test(arguments: ["linux", "vt220", "vt100", "screen", "tmux", "xterm"])
    func ncursesStartsOnEach(term: String) throws {
      let type = try TerminalType.find(for: Environment(term: term), depth: nil)
      #expect(type.missing == nil)
      let screen = try CursesScreen(type: type, depth: .mono, window: window)
      #expect(!screen.farewell.isEmpty || term.hasPrefix("vt"))
    }

    @Test func dumbTerminalsAreSentAway() {
      let trouble = #expect(throws: TerminalTrouble.self) { try TerminalType.find(["dumb"], term: "dumb") }
      #expect(trouble?.remedy.contains("--plain") == true)
    }
  }
}
