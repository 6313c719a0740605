/// Other keys than those of the table.
import Canvas

public struct KeyChanges: Sendable {
  /// Actions with all the keys they shall have.
  public var changes: [(action: Action, keys: [Key])]

  public init(_ changes: [(action: Action, keys: [Key])] = []) { self.changes = changes }

  /// Of a key that two actions want, the key and both names.
  public var conflict: (key: Key, first: String, second: String)? {
    var owners: [Key: String] = [:]
    for (action, keys) in changes {
      for key in keys {
        if let owner = owners.updateValue(action.name, forKey: key), owner != action.name {
          return (key, owner, action.name)
        }
      }
    }
    return nil
  }

  /// The table with these changes: such an action has these keys and no others, and such a key does nothing else but
  /// answer questions and type.
  func applied(to bindings: [Binding]) -> [Binding] {
    let taken = Set(changes.flatMap(\.keys))
    return bindings.map { binding in
      guard !binding.isFixed else { return binding }
      let kept = binding.keys.filter { pair in
        !taken.contains(pair.key) && !changes.contains { $0.action.intent == pair.intent }
      }
      let added = changes.filter { change in binding.keys.contains { $0.intent == change.action.intent } }
        .flatMap { change in change.keys.map { (key: $0, intent: change.action.intent) } }
      guard kept.count != binding.keys.count || !added.isEmpty else { return binding }
      var changed = binding
      changed.keys = added + kept
      changed.label = changed.keys.prefix(3).map(\.key.name).joined(separator: " ")
      return changed
    }
  }
}

extension Binding {
  /// Its keys answer or are typed: they have no names.
  fileprivate var isFixed: Bool { [.question, .typing, .command].contains(group) }
}

extension Action {
  /// The keys that it has in the table, by name, and what it does.
  public var standardKeys: [String] {
    var names: [String] = []
    for binding in standardBindings where !binding.isFixed {
      names += binding.keys.filter { $0.intent == intent && !names.contains($0.key.name) }.map(\.key.name)
    }
    return names
  }

  public var help: String {
    standardBindings.first { binding in !binding.isFixed && binding.keys.contains { $0.intent == intent } }?.help ?? ""
  }
}
