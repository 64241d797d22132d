#include "text/show.h"

#include <stdio.h>
#include <string.h>

#include "text/utf8.h"

#define DOTS "..."

bool show_hidden(uint32_t code_point) {
    return code_point < ' ' || (code_point >= 0x7f && code_point < 0xa0) ||
           (code_point >= 0x2028 && code_point <= 0x202e) || (code_point >= 0x2066 && code_point <= 0x2069);
}

static void replace(struct shown *shown, char letter, int digits, uint32_t value) {
    shown->length = (size_t)snprintf(shown->room, sizeof shown->room, "\\%c%0*x", letter, digits,
                                     (unsigned)value);
    shown->text = shown->room;
    shown->code_point = 0;
}

static void replace_point(struct shown *shown, uint32_t point) {
    static const char named[] = "\n\t\r", names[] = "ntr";
    const char *found = point > 0 && point < ' ' ? strchr(named, (int)point) : NULL;
    replace(shown, point < 0x80 ? 'x' : 'u', point < 0x80 ? 2 : 4, point);
    if (found != NULL) {
        shown->room[1] = names[found - named];
        shown->length = 2;
    }
}

size_t show_next(const char *text, size_t length, struct shown *shown) {
    const unsigned char *at = (const unsigned char *)text;
    const int bytes = utf8_decode(at, at + length, &shown->code_point);
    shown->text = text;
    if (bytes < 0) { /* a byte at a time */
        shown->length = 1;
        shown->code_point = SHOW_BYTE;
        if (*at < 0xa0)
            replace(shown, 'x', 2, *at);
        return 1;
    }
    shown->length = (size_t)bytes;
    if (show_hidden(shown->code_point))
        replace_point(shown, shown->code_point);
    return (size_t)bytes;
}

void show_text(const char *text, size_t length, char *room, size_t size) {
    size_t used = 0, whole = 0; /* `whole`: how much stays if the dots have to follow */
    for (size_t at = 0; at < length;) {
        struct shown shown;
        at += show_next(text + at, length - at, &shown);
        if (used + shown.length >= size) {
            memcpy(room + whole, DOTS, sizeof DOTS);
            return;
        }
        memcpy(room + used, shown.text, shown.length);
        used += shown.length;
        if (used + sizeof DOTS <= size)
            whole = used;
    }
    room[used] = '\0';
}
