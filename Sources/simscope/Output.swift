/// The only way to stdout and stderr. Every line is made safe to show (`String.visible`): names and values in it may hold
/// what a terminal would obey, or a line feed that forges a line.
import Basics
import Foundation
import Synchronization

/// Prints a line on stdout.
func say(_ line: String) { say([line]) }

/// Prints lines on stdout; a line feed within one of them is shown as `\n`.
func say(_ lines: [String]) { Output.write(lines.map { $0.visible + "\n" }.joined(), to: STDOUT_FILENO) }

/// Prints a line on stderr, after the program's name.
func complain(_ text: String) { Output.write("simscope: \(text.visible)\n", to: STDERR_FILENO) }

/// Prints a question on stderr; the answer is typed behind it.
func ask(_ question: String) { Output.write("simscope: \(question.visible)", to: STDERR_FILENO) }

/// Lines of a text of our own that was laid out for reading. Names and values in it must be `visible` already.
func lines(of text: String) -> [String] {
  text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
}

enum Output {
  /// Why something did not reach stdout (`errno`); 0 while all did.
  private static let failure = Mutex<Int32>(0)

  /// Writes at once, as it is. What cannot be written is lost; for stdout, `status(of:)` reports it.
  static func write(_ text: String, to file: Int32) {
    var text = text
    let error = text.withUTF8 { send(UnsafeRawBufferPointer($0), to: file) }
    // A reader that has what it wants, such as `head`, closes the pipe: that is no failure.
    if file == STDOUT_FILENO, error != 0, error != EPIPE { failure.withLock { $0 = $0 == 0 ? error : $0 } }
  }

  /// - Returns: 0, or why not all could be written.
  private static func send(_ bytes: UnsafeRawBufferPointer, to file: Int32) -> Int32 {
    var sent = 0
    while sent < bytes.count {
      let count = Foundation.write(file, bytes.baseAddress! + sent, bytes.count - sent)
      if count > 0 { sent += count }
      if count >= 0 || errno == EINTR { continue }
      guard errno == EAGAIN else { return errno }
      var descriptor = pollfd(fd: file, events: Int16(POLLOUT), revents: 0)
      poll(&descriptor, 1, -1)
    }
    return 0
  }

  /// The exit status of the whole program: a success of which a part could not be printed is a failure.
  static func status(of status: Int32) -> Int32 {
    let error = failure.withLock { $0 }
    guard status == 0, error != 0 else { return status }
    complain("cannot print (\(String(cString: strerror(error)))), stdout; send it to a file or pipe that takes it all")
    return 1
  }

  /// Stands in for stdin, stdout or stderr where the program was started without: the next file to be opened would take
  /// its place, and be printed into.
  static func occupyStandardFiles() {
    for file in STDIN_FILENO...STDERR_FILENO where fcntl(file, F_GETFD) < 0 {
      _ = open("/dev/null", O_RDONLY)  // writing there fails, as on a closed file
    }
  }
}
