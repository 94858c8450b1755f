import Diagnostics
import Foundation
import Testing

@Suite struct FoldersTests {
  private let root = FileManager.default.temporaryDirectory.appendingPathComponent("patchbay-\(UUID().uuidString)").path

  @Test func foldersAreMadeWithThoseAboveThem() throws {
    defer { do { try FileManager.default.removeItem(atPath: root) } catch { print("left behind: \(root)") } }
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
