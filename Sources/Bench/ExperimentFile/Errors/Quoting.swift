import Diagnostics

/// Text from a file in quotes, as shown in a message.
package func quoted(_ text: String) -> String { "'\(visible(text))'" }
