// Files of tensors: what was written comes back; what was cut or changed does not.
import Basics
import Foundation
import Tensors
import Testing

@testable import Networks

private let example: TensorFile = {
  var file = TensorFile()
  file.add("a", Tensor([2, 3], [1, -2, 3.5, .infinity, 0, 1e-30]))
  file.add("a “b”/\\", Tensor([], [7]))
  file.add("empty", Tensor([0, 4], []))
  file.metadata = ["step": "12", "knobs": #"{"temperature": 0.5}"#]
  return file
}()

private func expectSame(_ a: TensorFile, _ b: TensorFile, _ what: String) {
  #expect(a.metadata == b.metadata && a.tensors.map(\.name).sorted() == b.tensors.map(\.name).sorted(), "\(what)")
  for (name, tensor) in a.tensors { #expect(b[name] == tensor, "\(what)") }
}

@Test func tensorsComeBackAsWritten() throws {
  expectSame(try TensorFile(example.bytes, "memory"), example, "whole")
  #expect(example.bytes == example.bytes)
}

@Test func aFileCutAtAnyByteIsRefused() {
  let bytes = example.bytes
  for length in bytes.indices {
    #expect(throws: Trouble.self, "cut at \(length)") { _ = try TensorFile(Array(bytes[..<length]), "memory") }
  }
}

/// Refused, or the same numbers: a bit in the word “checksum” turns the file into one that has none.
@Test func aFileWithAChangedBitIsRefused() throws {
  let bytes = example.bytes
  var refused = 0
  for bit in 0..<8 * bytes.count {
    var changed = bytes
    changed[bit / 8] ^= 1 << (bit % 8)
    guard let file = try? TensorFile(changed, "memory") else {
      refused += 1
      continue
    }
    for (name, tensor) in example.tensors { #expect(file[name] == tensor, "bit \(bit)") }
  }
  #expect(refused > 8 * bytes.count - 100)
}

@Test(arguments: [
  #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#,
  #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
  #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
  #"{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}"#,
  #"{"a":[]}"#, #"[]"#, "", "{",
])
func aFileWithAWrongHeaderIsRefused(header: String) {
  let bytes =
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8) + [0, 0, 0, 0]
  #expect(throws: Trouble.self) { _ = try TensorFile(bytes, "memory") }
}

@Test func wholeNumbersOfOtherToolsAreLeftOut() throws {
  let header =
    #"{"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"a":{"dtype":"F64","shape":[1],"data_offsets":[8,16]}}"#
  var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8)
  bytes += [UInt8](repeating: 0, count: 8) + withUnsafeBytes(of: 2.5) { Array($0) }
  let file = try TensorFile(bytes, "memory")
  #expect(file.tensors.map(\.name) == ["a"] && file["a"] == Tensor([1], [2.5]))
}
