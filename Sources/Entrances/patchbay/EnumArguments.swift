import ActivationStore
import Analysis
import ArgumentParser
import Commands
import Interventions
import Workbenches

extension PrependBOS: ExpressibleByArgument {}

extension CachePlan.Precision: ExpressibleByArgument {}

extension NormGains: ExpressibleByArgument {}

extension SiteName: ExpressibleByArgument {}

extension VectorCommand.Method: ExpressibleByArgument {}

extension CheesePlace: ExpressibleByArgument {}

extension SteeredPositions: ExpressibleByArgument {}
