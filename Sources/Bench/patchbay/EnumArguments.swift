import ActivationStore
import Analysis
import ArgumentParser
import Experiments
import Interventions

extension PrependBOS: ExpressibleByArgument {}

extension CachePlan.Precision: ExpressibleByArgument {}

extension NormGains: ExpressibleByArgument {}

extension SiteName: ExpressibleByArgument {}

extension VectorCommand.Method: ExpressibleByArgument {}

extension CheesePlace: ExpressibleByArgument {}

extension SteeredPositions: ExpressibleByArgument {}
