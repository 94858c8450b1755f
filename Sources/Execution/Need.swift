/// At which tokens of each prompt a node's value is needed.
enum Need { case none, last, all }
