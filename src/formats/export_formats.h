/* The formats that vectors are exported to: a table of them, and what words they can't hold. */
#ifndef SGNS_FORMATS_EXPORT_FORMATS_H
#define SGNS_FORMATS_EXPORT_FORMATS_H

#include "base/error.h"
#include "base/file.h"
#include "formats/export_rows.h"

#define EXPORT_FILES_MAX 2

struct export_format {
    const char *name;
    const char *suffixes[EXPORT_FILES_MAX]; /* the files' names behind the name asked for; NULL: no file */
    bool text;                              /* numbers are decimal */
    bool utf8;                              /* words must be well-formed UTF-8 */
    const char *separators;                 /* bytes that no word may have, besides NUL */
    size_t dim_max;                         /* 0: any */
    /* Appends to the files, just created, in the order of `suffixes`; the caller commits. `digits` is the
     * most significant digits of a number in text, 1 to 9, or 0 for as many as make it read back as the same
     * float. May reorder the rows. */
    bool (*write)(struct file_out *files, struct export_rows *rows, int digits, struct error *error);
};

/* All formats, ended by one whose name is NULL. */
extern const struct export_format formats[];

/* The format of that name, or NULL. */
const struct export_format *export_format_find(const char *name);

/* Rows that did not fit. */
struct export_format_skipped {
    uint64_t count;
    char first[300]; /* says which the first is, and why */
};

/* Makes sure that the rows fit the format: that words have bytes, none of which is a separator, and numbers
 * are finite. If `skip`, rows that don't fit are left out; else they are an error. No row at all is one, too.
 */
bool export_format_fit(const struct export_format *format, struct export_rows *rows, bool skip,
                       struct export_format_skipped *skipped, struct error *error) MUST_USE;

#endif
