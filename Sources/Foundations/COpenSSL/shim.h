// The digests of OpenSSL's libcrypto. Only the Hashing module imports them, and not on macOS.
#ifndef PATCHBAY_COPENSSL_SHIM_H
#define PATCHBAY_COPENSSL_SHIM_H
#include <openssl/evp.h>
#endif
