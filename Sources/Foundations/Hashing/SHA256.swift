#if canImport(CommonCrypto)
  import CommonCrypto
#else
  import COpenSSL
#endif

/// A SHA-256 digest (FIPS 180-4) of bytes that arrive in pieces, computed by the system's own library, which uses the
/// processor's SHA instructions if there are any.
package struct SHA256: ~Copyable {
  /// The number of bytes of a digest.
  package static let length = 32

  #if canImport(CommonCrypto)
    private var context = CC_SHA256_CTX()

    package init() { CC_SHA256_Init(&context) }

    /// Appends bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
      // Its length parameter has 32 bits.
      var rest = bytes[...]
      while !rest.isEmpty {
        let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
        CC_SHA256_Update(&context, piece.baseAddress, CC_LONG(piece.count))
        rest = rest.dropFirst(piece.count)
      }
    }

    /// The digest of all bytes, 32 of them.
    package consuming func digest() -> [UInt8] {
      [UInt8](unsafeUninitializedCapacity: Self.length) { bytes, count in
        CC_SHA256_Final(bytes.baseAddress, &context)
        count = Self.length
      }
    }
  #else
    private let context: OpaquePointer

    package init() {
      guard let context = EVP_MD_CTX_new() else { fatalError("OpenSSL has no memory for a digest") }
      guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
        fatalError("OpenSSL is configured without SHA-256")
      }
      self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Appends bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
      let status = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
      precondition(status == 1, "a digest takes bytes until it is read")
    }

    /// The digest of all bytes, 32 of them.
    package consuming func digest() -> [UInt8] {
      [UInt8](unsafeUninitializedCapacity: Self.length) { bytes, count in
        let status = EVP_DigestFinal_ex(context, bytes.baseAddress, nil)
        precondition(status == 1, "a digest is read once")
        count = Self.length
      }
    }
  #endif

  /// Appends the bytes of some values, in memory order.
  package mutating func update<Value: BitwiseCopyable>(bytesOf values: [Value]) {
    values.withUnsafeBytes { update($0) }
  }

  /// The digest as 64 hexadecimal digits in lower case, as `sha256sum` prints it.
  package consuming func hexadecimal() -> String {
    digest().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
