import ActivationStore
import ArgumentParser
import Experiments

extension PrependBOS: ExpressibleByArgument {}

extension CachePlan.Precision: ExpressibleByArgument {}
