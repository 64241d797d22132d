/* The table of export formats, and the checks that a format can hold the words and replaces only its own
 * files. */
#ifndef SGNS_FORMATS_EXPORT_FORMATS_H
#define SGNS_FORMATS_EXPORT_FORMATS_H

#include "base/error.h"
#include "base/file.h"
#include "formats/export_known.h"
#include "formats/export_rows.h"

#define EXPORT_FILES_MAX 2

struct export_format {
    const char *name;
    const char *suffixes[EXPORT_FILES_MAX]; /* added to the file name that the user gave; NULL: no file */
    bool text;                              /* numbers are decimal */
    bool utf8;                              /* words must be well-formed UTF-8 */
    const char *separators;                 /* bytes that no word may have, besides NUL */
    bool lines; /* one word a line: none may have what Unicode, or Python's splitlines, takes for a line's end
                 */
    bool trimmed; /* the reader skips lines that are empty without JavaScript's white space */
    bool bare; /* a file begins with the first word, which can't begin with a byte order mark: readers drop it
                */
    size_t dim_max;      /* 0: any */
    export_known *known; /* whether an older first file may be one of this format */
    /* Appends to the files, just created, in the order of `suffixes`; the caller commits. `digits` is the
     * most significant digits of a number in text, 1 to 9, or 0 for as many as make it read back as the same
     * float. May reorder the rows. */
    bool (*write)(struct file_out *files, struct export_rows *rows, int digits, struct error *error);
};

/* All formats, ended by one whose name is NULL. */
extern const struct export_format formats[];

/* The format of that name, or NULL. */
const struct export_format *export_format_find(const char *name);

/* Rows that the format can't hold. */
struct export_format_skipped {
    uint64_t count;
    char first[300]; /* which is the first, and why */
};

/* Makes sure that the format can hold the rows: no word is empty or contains a separator, and all numbers are
 * finite. Rows that don't fit are removed if `skip` is set, and are an error if not. So is an export without
 * rows. */
bool export_format_fit(const struct export_format *format, struct export_rows *rows, bool skip,
                       struct export_format_skipped *skipped, struct error *error) MUST_USE;

/* For files just created, in the order of the format's suffixes: fails, naming the file, if one of them would
 * replace a file that is not empty and that the format does not write. A list of words looks like any text,
 * so it counts as known only beside a first file that is. */
bool export_check_old(const struct export_format *format, const struct file_out *files, size_t count,
                      struct error *error) MUST_USE;

#endif
