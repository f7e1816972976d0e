import CRuntime
import Diagnostics
import Foundation

/// An open compiled model: its manifest, and its library with all that it says of itself.
package final class CompiledModel: @unchecked Sendable {
  package let directory: String
  package let manifest: Manifest
  package let tables: ModelTables
  /// The library's own tables; they live as long as the process, for a library is never closed: threads of its OpenMP
  /// runtime may be asleep in it.
  let library: UnsafePointer<gnnc_model>

  package static let libraryName = "model.so"

  /// Opens `directory`, checks its files against the manifest, and the library against this gnnc and this machine.
  package convenience init(directory: String) throws(Failure) {
    let manifest = try Manifest.read(from: directory)
    try manifest.verify(in: directory)
    try self.init(directory: directory, manifest: manifest)
  }

  /// Opens a directory whose manifest is not written yet: while a model is being compiled.
  package init(directory: String, manifest: Manifest) throws(Failure) {
    self.directory = directory
    self.manifest = manifest
    let path = directory + "/" + Self.libraryName
    library = try Self.load(path)
    guard library.pointee.abi == UInt32(GNNC_ABI) else {
      throw LaunchError.otherABI(path, found: library.pointee.abi).failure
    }
    guard library.pointee.processor_fits?() ?? 1 != 0 else {
      throw LaunchError.otherProcessor(path, String(cString: library.pointee.processor)).failure
    }
    do {
      tables = try ModelTables(library.pointee)
    } catch {
      throw LaunchError.damagedTables(path, error.what).failure
    }
  }

  /// Where the packed weights are, if the model was compiled with weights.
  package var weightsPath: String { directory + "/" + PackedWeights.fileName }

  private static func load(_ path: String) throws(Failure) -> UnsafePointer<gnnc_model> {
    // A name without a slash would be looked for among the system's libraries.
    let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    guard let handle = dlopen(absolute, RTLD_NOW | RTLD_LOCAL) else {
      throw LaunchError.cannotLoad(path, loaderMessage(about: absolute)).failure
    }
    guard let symbol = dlsym(handle, GNNC_DESCRIBE_SYMBOL) else {
      throw LaunchError.cannotLoad(path, "it has no \(GNNC_DESCRIBE_SYMBOL)").failure
    }
    typealias Describe = @convention(c) () -> UnsafePointer<gnnc_model>?
    guard let model = unsafeBitCast(symbol, to: Describe.self)() else {
      throw LaunchError.cannotLoad(path, "it describes nothing").failure
    }
    return model
  }

  private static func loaderMessage(about path: String) -> String {
    guard let text = dlerror() else { return "no reason given" }
    let message = String(cString: text)
    return message.hasPrefix(path + ": ") ? String(message.dropFirst(path.count + 2)) : message
  }
}
