/// Words instead of keys: the same commands, the same refusals.
import Telemetry
import Testing

@testable import Dashboard

private func say(_ line: String, _ state: inout DashboardState) -> (commands: [Command], answer: [String]) {
  obey(line: line, &state)
}

@Test func knobsAreTurnedByNameAndValue() {
  var state = FakeRun.state()
  #expect(say("temperature 0.2", &state).commands == [.turn("temperature", to: 0.2)])
  #expect(say("batch size 128", &state).commands == [.turn("batch_size", to: 128)])
  #expect(say("  Crop-Min  0.2 ", &state).commands == [.turn("crop_min", to: 0.2)])
  #expect(say("gray_probability 1", &state).commands == [.turn("gray_probability", to: 1)])
}

@Test func valuesThatCannotBeAreTold() {
  var state = FakeRun.state()
  for line in ["temperature 5", "temperature x", "batch size 1.5"] {
    let (commands, answer) = say(line, &state)
    #expect(commands.isEmpty && answer.count == 1 && answer[0].hasPrefix("! "), "\(answer)")
  }
  #expect(say("temperature", &state) == ([], ["temperature 0.3, from 0.01 to 2: t of NT-Xent"]))
}

@Test func wordsDoWhatKeysDo() {
  var state = FakeRun.state()
  #expect(say("step", &state) == ([], ["say pause first"]))
  #expect(say("resume", &state) == ([], ["it is not paused"]))
  #expect(say("pause", &state).commands == [.pause])
  state.snapshot.state = .paused
  #expect(say("pause", &state).commands.isEmpty)
  #expect(say("step", &state).commands == [.singleStep])
  #expect(say("resume", &state).commands == [.resume])
  #expect(say("undo", &state).commands == [.undo])
  #expect(say("save", &state).commands == [.saveCheckpoint])
  #expect(say("evaluate", &state).commands == [.evaluate])
  #expect(say("quit", &state).commands == [.stop] && state.isDone)
}

@Test func everythingOnTheScreenCanBeHeard() {
  var state = FakeRun.state()
  let numbers = say("numbers", &state).answer.joined(separator: "\n")
  for word in ["loss", "positive similarity", "contrastive top-1", "effective rank", "kNN accuracy"] {
    #expect(numbers.contains(word), "\(word)")
  }
  #expect(say("knobs", &state).answer.count == Knob.all.count)
  #expect(say("log", &state).answer.contains("step 390: temperature 0.5 to 0.3"))
  #expect(say("views", &state).answer[1].contains("saturation"))
  #expect(say("status", &state).answer == [statusLine(state.snapshot)])
  let help = say("help", &state).answer
  #expect(help.contains { $0.hasPrefix("evaluate:") })
  #expect(say("fly", &state).answer == ["nothing is called \"fly\"; say help"])
  for line in ["help", "numbers", "knobs", "log", "views"] {
    #expect(say(line, &state).answer.allSatisfy { $0.unicodeScalars.allSatisfy(\.isASCII) })
  }
}

@Test func afterTheEndNothingIsAskedFor() {
  var state = FakeRun.state()
  state.snapshot.state = .finished(reason: "100 epochs")
  for line in ["pause", "save", "temperature 0.2"] { #expect(say(line, &state) == ([], ["the run is over"])) }
}
