/// One of the two unedited runs. Raw values are their names in files.
public enum RunSide: String, Sendable, Hashable, CaseIterable { case clean, corrupted }
