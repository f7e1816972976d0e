import Diagnostics

/// Writes an npy file (version 1, C order): beside its place under another name, renamed by `finish`.
package final class NpyWriter {
  /// `shape` is of the whole array. The bytes appended must come to exactly its size.
  package init(path: String, element: StoredElement, shape: [Int]) throws(Failure) {}

  package func append(_ bytes: UnsafeRawBufferPointer) throws(Failure) {}

  /// Makes the file appear under its name. Without it, nothing is left behind.
  package func finish() throws(Failure) {}
}
