// Oniguruma's regular expressions over UTF-8. Only the Tokenization module imports them.
#ifndef PATCHBAY_ONIG_SHIM_H
#define PATCHBAY_ONIG_SHIM_H
#include <oniguruma.h>
#include <stddef.h>

// The greatest length of an error's text in bytes, including the terminator.
enum { PB_ONIG_MESSAGE = ONIG_MAX_ERROR_MESSAGE_LEN };

// Call this once before the other functions.
static inline int pb_onig_initialize(void) {
  OnigEncoding encodings[1] = {ONIG_ENCODING_UTF8};
  return onig_initialize(encodings, 1);
}

// Compiles a pattern in Oniguruma's own syntax. Returns 0 and a regex, or an error and its text.
static inline int pb_onig_new(OnigRegex *regex, const OnigUChar *pattern, size_t length, char *message) {
  OnigErrorInfo info;
  int code = onig_new(regex, pattern, pattern + length, ONIG_OPTION_NONE, ONIG_ENCODING_UTF8, ONIG_SYNTAX_ONIGURUMA, &info);
  if (code != ONIG_NORMAL) {
    int end = onig_error_code_to_str((OnigUChar *)message, code, &info);
    message[end < 0 ? 0 : end] = 0;
  }
  return code;
}

// Finds the first match that begins at `start` or later. Returns 1 and its bounds, 0 if there is none, or a negative
// error and its text.
static inline int pb_onig_search(
    OnigRegex regex, const OnigUChar *text, size_t length, size_t start, OnigRegion *region, size_t *lower, size_t *upper, char *message) {
  onig_region_clear(region);
  int place = onig_search(regex, text, text + length, text + start, text + length, region, ONIG_OPTION_NONE);
  if (place == ONIG_MISMATCH) return 0;
  if (place < 0) {
    int end = onig_error_code_to_str((OnigUChar *)message, place);
    message[end < 0 ? 0 : end] = 0;
    return place;
  }
  *lower = (size_t)region->beg[0];
  *upper = (size_t)region->end[0];
  return 1;
}
#endif
