import Diagnostics

/// Text from a file in quotes, as a message can show it.
package func quoted(_ text: String) -> String { "'\(visible(text))'" }
