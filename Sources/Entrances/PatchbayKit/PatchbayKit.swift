/// One import for programs that use Patchbay: everything that the commands are built from.
///
/// The modules can also be imported individually.
@_exported import ActivationStore
@_exported import Analyses
@_exported import Analysis
@_exported import Checkpoints
@_exported import Commands
@_exported import Datasets
@_exported import Diagnostics
@_exported import Execution
@_exported import ExperimentFile
@_exported import Interventions
@_exported import LabelledArrays
@_exported import Mazes
@_exported import ModelGraph
@_exported import Patching
@_exported import Questions
@_exported import Reports
@_exported import Runs
@_exported import Tensors
@_exported import Tokenization
@_exported import Training
@_exported import Workbenches
