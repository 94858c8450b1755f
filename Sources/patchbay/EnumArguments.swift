import ActivationStore
import Analysis
import ArgumentParser
import Experiments

extension PrependBOS: ExpressibleByArgument {}

extension CachePlan.Precision: ExpressibleByArgument {}

extension NormGains: ExpressibleByArgument {}
