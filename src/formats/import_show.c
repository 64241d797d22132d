#include "formats/import_show.h"

#include <stdint.h>
#include <string.h>

#include "text/utf8.h"

void import_show(const unsigned char *bytes, size_t length, char text[IMPORT_SHOWN]) {
    size_t used = 0;
    const unsigned char *at = bytes, *end = bytes + length;
    while (at < end && used + 4 + sizeof "..." <= IMPORT_SHOWN) {
        uint32_t code_point;
        const int bytes_here = utf8_decode(at, end, &code_point);
        if (bytes_here < 0 || code_point < ' ' || (code_point >= 0x7f && code_point < 0xa0))
            text[used++] = '.';
        else {
            memcpy(text + used, at, (size_t)bytes_here);
            used += (size_t)bytes_here;
        }
        at += bytes_here < 0 ? 1 : bytes_here;
    }
    memcpy(text + used, at < end ? "..." : "", at < end ? sizeof "..." : 1);
}
