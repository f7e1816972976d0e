/// The version of gnnc, and of what it writes.
package enum Version {
  package static let gnnc = "0.1.0"
  /// Of a compiled model's directory; docs/compiled-model.md describes it.
  package static let compiledModelFormat = 2
}
