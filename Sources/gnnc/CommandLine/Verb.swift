/// What `gnnc` can be told to do; one file for each under Verbs.
struct Verb: Sendable {
  let usage: Usage
  /// Does it. Throws `UsageError`, `Failure` or `InternalFault`; how they end the process stands in Ending.swift.
  let run: @Sendable (Arguments, Terminal) throws -> Void

  /// In the order of `gnnc --help`.
  static let all = [
    Verb(usage: PartitionVerb.usage, run: PartitionVerb.run),
    Verb(usage: CompileVerb.usage, run: CompileVerb.run),
    Verb(usage: RunVerb.usage, run: RunVerb.run),
    Verb(usage: CheckVerb.usage, run: CheckVerb.run),
    Verb(usage: ExplainVerb.usage, run: ExplainVerb.run),
    Verb(usage: DumpVerb.usage, run: DumpVerb.run),
    Verb(usage: PassesVerb.usage, run: PassesVerb.run),
    Verb(usage: InspectVerb.usage, run: InspectVerb.run),
    Verb(usage: DoctorVerb.usage, run: DoctorVerb.run),
  ]
}
