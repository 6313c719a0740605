/// What lies in a folder and the folders below: images, and what is left out. Each file and folder counts once, however
/// many links lead to it.
import Basics
import Foundation

struct FolderContents: Sendable {
  let root: String
  /// Paths of PNG and JPEG files below `root`, sorted by their bytes.
  private(set) var images: [String] = []
  /// Images in formats that are not read.
  private(set) var foreign: [(path: String, format: ImageFormat)] = []
  /// Files that are no images.
  private(set) var others: [String] = []
  /// Files and folders of operating systems and editors, such as `.DS_Store`.
  private(set) var systemFiles = 0
  /// Links and second names of what was found before, and what that was.
  private(set) var repeats: [(path: String, first: String)] = []
  /// Links that lead nowhere, and what is neither file nor folder.
  private(set) var dead: [String] = []
  /// Folders that cannot be listed, with the system's reason.
  private(set) var closed: [(path: String, reason: String)] = []

  /// - Throws: `Trouble` when the folder itself cannot be listed.
  init(below root: String) throws {
    self.root = root
    var walk = Walk()
    walk.pending = [(prefix: "", isLink: false)]
    while let (prefix, isLink) = walk.next() { try list(prefix, isLink: isLink, &walk) }
    removeRepeatedFiles(&walk)
    images.sort(by: FolderListing.byBytes)
    foreign.sort { FolderListing.byBytes($0.path, $1.path) }
    others.sort(by: FolderListing.byBytes)
  }

  private struct Identity: Hashable {
    let device: UInt64
    let inode: UInt64
  }

  /// A walk through folders: real ones before links, so that a folder is found under its own name.
  private struct Walk {
    var pending: [(prefix: String, isLink: Bool)] = []
    var links: [(prefix: String, isLink: Bool)] = []
    var folders: [Identity: String] = [:]
    /// Of image files, as far as known.
    var files: [(path: String, identity: Identity, isLink: Bool)] = []

    mutating func next() -> (prefix: String, isLink: Bool)? { pending.popLast() ?? links.popLast() }
  }

  private mutating func list(_ prefix: String, isLink: Bool, _ walk: inout Walk) throws {
    let folder = prefix.isEmpty ? root : root + "/" + prefix
    let status = Files.status(folder)
    let identity = status.map { Identity(device: UInt64($0.st_dev), inode: UInt64($0.st_ino)) }
    if let identity, let first = walk.folders[identity] {
      repeats.append((prefix, first))
      return
    }
    if let identity { walk.folders[identity] = prefix }
    guard let entries = Files.entries(of: folder) else {
      let reason = systemError()
      guard !prefix.isEmpty else {
        throw Trouble("the folder cannot be listed (\(reason))", at: root, remedy: "check its permissions")
      }
      closed.append((prefix, reason))
      return
    }
    // The last is taken first.
    for entry in entries.sorted(by: { FolderListing.byBytes($1.name, $0.name) }) {
      guard !FileName.isOfSystem(entry.name) else {
        systemFiles += 1
        continue
      }
      let path = prefix.isEmpty ? entry.name : prefix + "/" + entry.name
      take(path, entry, device: identity?.device ?? 0, &walk)
    }
  }

  private mutating func take(_ path: String, _ entry: Files.Entry, device: UInt64, _ walk: inout Walk) {
    switch entry.kind {
    case .folder: walk.pending.append((path, false))
    case .file: takeFile(path, Identity(device: device, inode: entry.inode), isLink: false, &walk)
    case .other: dead.append(path)
    case .link, .unknown:
      guard let status = Files.status(root + "/" + path) else {
        // One that is called an image is missed by its name when it cannot be read.
        if FileName.promisesImage(path) { images.append(path) } else { dead.append(path) }
        return
      }
      let identity = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
      switch status.st_mode & S_IFMT {
      case S_IFDIR where entry.kind == .link: walk.links.append((path, true))
      case S_IFDIR: walk.pending.append((path, false))
      case S_IFREG: takeFile(path, identity, isLink: entry.kind == .link, &walk)
      default: dead.append(path)
      }
    }
  }

  private mutating func takeFile(_ path: String, _ identity: Identity, isLink: Bool, _ walk: inout Walk) {
    if FileName.promisesImage(path) {
      images.append(path)
      walk.files.append((path, identity, isLink))
      return
    }
    let format =
      FileName.promisesText(path)
      ? nil : Files.firstBytes(ImageFormat.signatureBytes, of: root + "/" + path).flatMap(ImageFormat.of)
    guard let format else { return others.append(path) }
    guard format.isReadable else { return foreign.append((path, format)) }
    images.append(path)
    walk.files.append((path, identity, isLink))
  }

  /// A folder may give numbers that are not the files' own (FUSE), so that equal ones are asked about.
  private mutating func removeRepeatedFiles(_ walk: inout Walk) {
    var firsts: [Identity: String] = [:]
    firsts.reserveCapacity(walk.files.count)
    var asked: [Identity: String] = [:]
    var removed: Set<[UInt8]> = []
    func real(_ path: String) -> Identity? {
      Files.status(root + "/" + path).map { Identity(device: UInt64($0.st_dev), inode: UInt64($0.st_ino)) }
    }
    // A file before the links to it.
    walk.files.sort { $0.isLink == $1.isLink ? FolderListing.byBytes($0.path, $1.path) : !$0.isLink }
    for (path, identity, _) in walk.files {
      guard let first = firsts.updateValue(path, forKey: identity) else { continue }
      firsts[identity] = first
      if let own = real(first), asked[own] == nil { asked[own] = first }
      guard let own = real(path) else { continue }
      if let known = asked[own] {
        repeats.append((path, known))
        removed.insert(path.pathBytes)
      } else {
        asked[own] = path
      }
    }
    if !removed.isEmpty { images.removeAll { removed.contains($0.pathBytes) } }
  }
}

extension FolderContents {
  /// The images in a folder below, as paths relative to that.
  func images(in folder: String) -> [String] { Self.paths(images, in: folder) }

  static func paths(_ paths: [String], in folder: String) -> [String] {
    guard !folder.isEmpty else { return paths }
    let prefix = Array((folder + "/").utf8)
    return paths.compactMap { path in
      path.utf8.starts(with: prefix) ? String(Substring(path.utf8.dropFirst(prefix.count))) : nil
    }
  }
}
