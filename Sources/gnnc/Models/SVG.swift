import Foundation

/// A picture as it is put together: shapes and words, one after the other.
struct SVG {
  struct Point {
    let x: Double
    let y: Double
  }

  enum Anchor: String { case start, middle, end }

  private var elements: [String] = []

  mutating func rectangle(
    _ corner: Point, width: Double, height: Double, fill: String, rounded: Double = 0, title: String? = nil
  ) {
    add(
      "rect",
      "x=\"\(number(corner.x))\" y=\"\(number(corner.y))\" width=\"\(number(max(width, 0)))\" "
        + "height=\"\(number(height))\" rx=\"\(number(rounded))\" fill=\"\(fill)\"", title)
  }

  mutating func line(_ from: Point, _ to: Point, stroke: String, width: Double = 1, dashes: String = "") {
    let dashes = dashes.isEmpty ? "" : " stroke-dasharray=\"\(dashes)\""
    add(
      "line",
      "x1=\"\(number(from.x))\" y1=\"\(number(from.y))\" x2=\"\(number(to.x))\" y2=\"\(number(to.y))\" "
        + "stroke=\"\(stroke)\" stroke-width=\"\(number(width))\" stroke-linecap=\"round\"\(dashes)", nil)
  }

  mutating func circle(_ middle: Point, radius: Double, fill: String, stroke: String, title: String? = nil) {
    add(
      "circle",
      "cx=\"\(number(middle.x))\" cy=\"\(number(middle.y))\" r=\"\(number(radius))\" fill=\"\(fill)\" "
        + "stroke=\"\(stroke)\" stroke-width=\"2\"", title)
  }

  mutating func text(
    _ words: String, at place: Point, size: Double = 13, fill: String, anchor: Anchor = .start,
    isBold: Bool = false, turned degrees: Double = 0
  ) {
    let turn =
      degrees == 0 ? "" : " transform=\"rotate(\(number(degrees)) \(number(place.x)) \(number(place.y)))\""
    elements.append(
      "<text x=\"\(number(place.x))\" y=\"\(number(place.y))\" font-size=\"\(number(size))\" fill=\"\(fill)\" "
        + "text-anchor=\"\(anchor.rawValue)\"\(isBold ? " font-weight=\"600\"" : "")\(turn)>\(escaped(words))</text>"
    )
  }

  func document(width: Double, height: Double, title: String) -> String {
    let head =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(number(width))\" height=\"\(number(height))\" "
      + "viewBox=\"0 0 \(number(width)) \(number(height))\" font-family=\"Inter, 'Segoe UI', Helvetica, Arial, "
      + "'DejaVu Sans', sans-serif\">"
    return ([head, "<title>\(escaped(title))</title>"] + elements + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  private mutating func add(_ name: String, _ attributes: String, _ title: String?) {
    guard let title else { return elements.append("<\(name) \(attributes)/>") }
    elements.append("<\(name) \(attributes)><title>\(escaped(title))</title></\(name)>")
  }

  private func number(_ value: Double) -> String {
    let text = String(format: "%.2f", value.isFinite ? value : 0)
    return text.hasSuffix(".00") ? String(text.dropLast(3)) : text
  }

  private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result += scalar.value < 32 ? " " : String(scalar)
      }
    }
    return result
  }
}
