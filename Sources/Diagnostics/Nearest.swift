/// The candidate that `word` was most likely meant to be, or nil when none is near.
///
/// Near: at most one change (a letter added, dropped, replaced, or two neighbours exchanged) for each three letters.
package func nearest(to word: String, among candidates: [String]) -> String? {
  let limit = max(1, word.count / 3)
  var best: (distance: Int, name: String)?
  for candidate in Set(candidates).sorted() where candidate != word {
    guard abs(candidate.count - word.count) <= limit else { continue }
    let distance = editDistance(word, candidate)
    guard distance < max(word.count, candidate.count) else { continue }
    if distance <= limit, distance < best?.distance ?? .max { best = (distance, candidate) }
  }
  return best?.name
}

/// Damerau-Levenshtein, restricted: each stretch of letters is changed at most once.
private func editDistance(_ a: String, _ b: String) -> Int {
  let (a, b) = (Array(a.lowercased()), Array(b.lowercased()))
  var before: [Int] = []
  var above = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var cost = min(above[j + 1] + 1, row[j] + 1, above[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
      row.append(cost)
    }
    before = above
    above = row
  }
  return above[b.count]
}
