/// One import for a program that works with Patchbay: everything that the commands are made of.
///
/// The modules stay what they are, and may be imported one by one as well.
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
