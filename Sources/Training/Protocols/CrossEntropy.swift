/// Mean cross entropy of softmax(logits) with one class a picture: the loss of fine-tuning and of supervised training.
import Foundation
import Tensors

/// - Parameters:
///   - logits: [n, classes], left as they are.
///   - labels: n classes.
/// - Returns: the loss and ∂loss/∂logits [n, classes] = (softmax − one-hot) / n.
func crossEntropy(_ logits: Activation, labels: [Int], _ workspace: inout Workspace) -> (
  loss: Double, dlogits: Activation
) {
  let dlogits = workspace.allocate(images: logits.images, channels: logits.channels)
  guard !workspace.isPlanning else { return (0, dlogits) }
  precondition(labels.count == logits.images, "\(labels.count) labels for \(logits.images) pictures")
  let (from, to) = (workspace[logits], workspace[dlogits])
  to.update(repeating: 0)
  var loss = 0.0
  for (n, label) in labels.enumerated() {
    let row = (n * logits.paddedChannels..<n * logits.paddedChannels + logits.channels)
    let largest = Double(from[row].max()!)
    let sum = row.reduce(0.0) { $0 + exp(Double(from[$1]) - largest) }
    for place in row { to[place] = Float(exp(Double(from[place]) - largest) / sum / Double(labels.count)) }
    to[row.lowerBound + label] -= 1 / Float(labels.count)
    loss += log(sum) + largest - Double(from[row.lowerBound + label])
  }
  return (loss / Double(labels.count), dlogits)
}
