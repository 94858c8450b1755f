import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite struct FoldersTests {
  @Test func foldersAreMadeWithThoseAboveThem() throws {
    let folder = try TemporaryFolder()
    let root = folder.path("root")
    #expect(makeFolders("\(root)/a/b") == nil)
    var isFolder: ObjCBool = false
    #expect(FileManager.default.fileExists(atPath: "\(root)/a/b", isDirectory: &isFolder) && isFolder.boolValue)
    #expect(makeFolders("\(root)/a/b") == nil && makeFolders("\(root)//a/./b/../c/") == nil)
    try Data().write(to: URL(fileURLWithPath: "\(root)/file"))
    #expect(makeFolders("\(root)/file") == "Not a directory")
    #expect(makeFolders("\(root)/file/a") == "Not a directory")
    #expect(makeFolders(String(repeating: "x", count: 300)) == "File name too long")
  }
}
