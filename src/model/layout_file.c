#include "model/layout_file.h"

#include <string.h>

#include "model/checksum.h"

bool layout_copy_head(const struct file_map *map, const char *path, void *head, size_t bytes,
                      struct error *error) {
    if (map->size < bytes)
        return error_set(error, ERROR_INPUT, "%s: truncated: %zu bytes are less than a header", path,
                         map->size);
    memcpy(head, map->data, bytes);
    return true;
}

bool layout_wrong_sizes(const char *path, struct error *error) {
    return error_set(error, ERROR_INPUT, "%s: damaged: the sizes in the header don't fit together", path);
}

bool layout_check_header(const struct file_map *map, const char *path, const void *header, size_t bytes,
                         uint64_t stored, uint64_t file_bytes, struct error *error) {
    if (checksum(header, bytes) != stored)
        return error_set(error, ERROR_INPUT, "%s: damaged: the header's checksum is wrong", path);
    if (file_bytes != map->size)
        return error_set(error, ERROR_INPUT, "%s: %s: it should have %llu bytes, and has %zu", path,
                         file_bytes > map->size ? "truncated" : "damaged", (unsigned long long)file_bytes,
                         map->size);
    return true;
}

static bool read_table(struct layout *layout, const struct file_map *map, const char *path,
                       struct error *error) {
    const struct layout_header *header = &layout->header;
    if (header->section_count == 0 || header->section_count > LAYOUT_SECTIONS_MAX)
        return layout_wrong_sizes(path, error);
    const size_t bytes = (size_t)header->section_count * sizeof *layout->sections;
    layout->head_bytes = sizeof *header + bytes;
    if (layout->head_bytes > map->size)
        return layout_wrong_sizes(path, error);
    memcpy(layout->sections, map->data + sizeof *header, bytes);
    return checksum(layout->sections, bytes) == header->table_checksum ||
           error_set(error, ERROR_INPUT, "%s: damaged: the checksum of the section table is wrong", path);
}

bool layout_read(struct layout *layout, const struct file_map *map, const char *path, struct error *error) {
    struct layout_header *header = &layout->header;
    return layout_copy_head(map, path, header, sizeof *header, error) &&
           layout_check_header(map, path, header, offsetof(struct layout_header, checksum), header->checksum,
                               header->file_bytes, error) &&
           read_table(layout, map, path, error);
}

/* Pads the file from *end to the section, writes the section, and moves *end to its end. */
static bool write_section(struct file_out *file, const struct layout_section *section, const void *data,
                          uint64_t *end, struct error *error) {
    static const unsigned char zeros[LAYOUT_ALIGNMENT];
    const uint64_t padding = section->offset - *end;
    *end = section->offset + section->bytes;
    return file_write(file, zeros, (size_t)padding, error) &&
           file_write(file, data, (size_t)section->bytes, error);
}

bool layout_write(struct file_out *file, struct layout *layout, const void *const *data,
                  struct error *error) {
    uint64_t end = layout->head_bytes;
    for (size_t i = 0; i < layout->header.section_count; i++)
        layout->sections[i].checksum = checksum(data[i], (size_t)layout->sections[i].bytes);
    layout_seal(layout);
    if (!file_write(file, layout, (size_t)layout->head_bytes, error))
        return false;
    for (size_t i = 0; i < layout->header.section_count; i++)
        if (!write_section(file, &layout->sections[i], data[i], &end, error))
            return false;
    return true;
}
