import Diagnostics
import Program

/// What can be wrong with a model whose text and names are in order.
///
/// Each case carries the place and what is to be said of it; the wording stands in `ElaborationError+Wording`.
enum ElaborationError {
  // Statements.
  case unset(Span, String)
  case severalForOne(Span, Int)
  case countsDiffer(Span, names: Int, values: Int)
  case outputTwice(Span, String, first: Span)
  case outputSpace(Span, Space)
  case outputKind(Span, Value)
  case noOutput(Span)
  case noReturn(Name)
  case requirement(Span, String?, use: Span?, name: String?)
  case notStatic(Span, Value)
  case notACount(Span, Value)

  // Static values.
  case noOperator(Span, String, [Value])
  case overflow(Span)
  case divisionByZero(Span)
  case notAList(Span, Value)
  case notWhole(Span, Value)
  case notASize(Span, Value)
  case badRange(Span, Int, Int)
  case outside(Span, Int, count: Int)
  case listIndex(Span)
  case noMember(Name, Value)
  case noBrackets(Span, Value)
  case notCallable(Span, Value)

  // Modules and their arguments.
  case tooManyArguments(Span, Module)
  case noArgument(Name, Module)
  case argumentTwice(Name, Module)
  case notAnArgument(Span, Module)
  case missingArguments(Span, Module, [String])
  case notAChoice(Span, String, [String])
  case wrongKind(Span, Value, StaticParameter)
  case noValue(Name, Module)
  case valueTwice(Name, Module)
  case tooManyValues(Span, Module)
  case missingValues(Span, Module, [ValueParameter])
  case noneGiven(Span, ValueParameter, Module)
  case notAValue(Span, Value, ValueParameter)
  case wrongElement(Span, Element, ValueParameter, Module)
  case wrongShape(Span, Tensor, [Int], ValueParameter, Module)
  case wrongRole(Span, Tensor, Role, ValueParameter, EdgeSet)
  case messageOutside(Span, String)
  case notAMessageModule(Span, Value)
  case notAVertexModule(Span, String, Module.Kind)
  case usesTooDeep(Span, String)
  case transformForm(Span)
  case messagePassingForm(Span)

  // Weights and keys.
  case noElement(Name)
  case openWeight(Span)
  case notAVertexType(Span, Value)
  case countOutside(Span)
  case prefixOnNothing(Span, Value)
  case notInKey(Span, Value)
  case openTypeName(Span, TypeName)
  case weightTwice(Span, Parameter, Parameter, first: Span)

  // The graph.
  case noFeature(Name, of: String, [String])
  case undirectedFeature(Span, String)
  case notEdges(Span, Value)
  case twoTypes(Span, Builtin, EdgeSet)
  case notOnEdges(Span, Value)
  case noIncoming(Name)
  case incomingForm(Span, String, Int)
  case spacesDiffer(Span, Tensor, Tensor)

  // Shapes.
  case shapesDiffer(Span, Tensor, Tensor)
  case linearShapes(Span, Tensor, Tensor)
  case matrixShapes(Span, Tensor, Tensor)
  case concatShapes(Span, Tensor, Tensor, Int)
  case elementsDiffer(Span, Tensor, Tensor)
  case notReal(Span, Tensor)
  case notACondition(Span, Tensor)
  case noAxis(Span, Int, [Int])
  case emptyAxis(Span, Int, Tensor)
  case badShape(Span, [Int])
  case reshapeWidth(Span, Tensor, [Int])
  case broadcastShape(Span, Tensor, [Int])
  case badOrder(Span, [Int], Tensor)
  case tooManyIndices(Span, Int, Tensor)
  case badIndex(Span)

  // Functions.
  case functionForm(Span, Builtin)
  case functionArgument(Name, Builtin)
  case functionWants(Span, Builtin, wanted: String, Value)
  case emptyList(Span, Builtin)
  case axisOfList(Span, Builtin)

  // Limits.
  case notYet(Span, String)
  case hugeRow(Span, [Int])
  case tooManyInstructions(Span, Int)
  case tooManySteps(Span, Int)
  /// The program's own rules refuse an operation that nothing before has.
  case refused(Span, String)
}
