#include "report/page.h"

#include <stdio.h>
#include <string.h>

#include "report/page_source.h"
#include "report/style.h"

#define START "<!DOCTYPE html>\n<!-- made by sgns report -->\n"

/* The map on screens of several widths, where its text is neither tiny nor huge. */
static const struct map_size {
    const char *name;
    double width, height;
    size_t words; /* at most */
} map_sizes[] = {{"wide", 1240, 820, SIZE_MAX}, {"medium", 720, 560, 260}, {"narrow", 340, 560, 160}};
#define MAP_SIZES (sizeof map_sizes / sizeof *map_sizes)

bool page_known(const struct file_map *map) {
    return map->size >= sizeof START - 1 && memcmp(map->data, START, sizeof START - 1) == 0;
}

static void write_lines(struct markup *markup, const char *const *lines) {
    for (; *lines != NULL; lines++) {
        markup_text(markup, *lines);
        markup_text(markup, "\n");
    }
}

static void write_head(struct markup *markup, const struct page *page) {
    markup_text(markup, START "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    write_lines(markup, page_head);
    markup_text(markup, "<title>");
    markup_escaped(markup, page->title, strlen(page->title));
    markup_text(markup, "</title>\n<style>\n");
    write_lines(markup, page_style);
    markup_text(markup, "</style>\n<style id=\"pictures\">\n");
    style_write(markup);
    markup_text(markup, "</style>\n</head>\n<body>\n<header>\n<h1>");
    markup_escaped(markup, page->title, strlen(page->title));
    markup_text(markup, "</h1>\n</header>\n<main>\n");
}

static void write_search(struct markup *markup, const struct page *page) {
    write_lines(markup, page_search);
    markup_print(markup, "<p class=\"how\">%s</p>\n</section>\n", page->search_how);
}

static void write_facts(struct markup *markup, const struct page *page) {
    markup_text(markup, "<section id=\"facts\">\n<h2>The model</h2>\n<dl>\n");
    for (size_t i = 0; i < page->fact_count; i++) {
        markup_print(markup, "<div><dt>%s</dt><dd>", page->facts[i].name);
        markup_escaped(markup, page->facts[i].value, strlen(page->facts[i].value));
        markup_text(markup, "</dd></div>\n");
    }
    markup_text(markup, "</dl>\n</section>\n");
}

static size_t words_shown(const struct page *page, const struct map_size *size) {
    return page->map->count < size->words ? page->map->count : size->words;
}

static void write_map(struct markup *markup, const struct page *page) {
    if (page->map == NULL)
        return;
    markup_text(markup, "<section id=\"map\">\n<h2>Map</h2>\n");
    for (size_t i = 0; i < MAP_SIZES; i++) {
        struct map_picture map = *page->map;
        map.width = map_sizes[i].width;
        map.height = map_sizes[i].height;
        map.count = words_shown(page, &map_sizes[i]);
        markup_print(markup, "<div class=\"%s\">\n", map_sizes[i].name);
        map_picture_write(markup, &map, false);
        markup_text(markup, "</div>\n");
    }
    markup_text(markup, "<p class=\"how\">The ");
    for (size_t i = 0; i < MAP_SIZES; i++)
        markup_print(markup, "<span class=\"%s\">%zu</span>", map_sizes[i].name,
                     words_shown(page, &map_sizes[i]));
    markup_text(markup, " ");
    markup_text(markup, page->map_how);
    markup_text(markup, "</p>\n</section>\n");
}

static void write_chart(struct markup *markup, const struct page_chart *chart) {
    markup_print(markup, "<section id=\"%s\">\n<h2>%s</h2>\n", chart->id, chart->heading);
    if (chart->chart != NULL)
        chart_write(markup, chart->chart);
    else
        markup_print(markup, "<p class=\"missing\">%s</p>\n", chart->missing);
    if (chart->note != NULL) {
        markup_text(markup, "<p>");
        markup_escaped(markup, chart->note, strlen(chart->note));
        markup_text(markup, "</p>\n");
    }
    markup_text(markup, "<p class=\"how\">");
    markup_text(markup, chart->how);
    markup_text(markup, "</p>\n</section>\n");
}

static void write_data(struct markup *markup, const struct page *page) {
    markup_print(markup, "<script type=\"application/json\" id=\"data\">{\"dim\":%zu,\"fold\":%s,\"words\":[",
                 page->dim, page->fold ? "true" : "false");
    for (size_t i = 0; i < page->word_count; i++) {
        markup_text(markup, i > 0 ? "," : "");
        markup_json(markup, page->words[i].text, page->words[i].length);
    }
    markup_text(markup, "],\n\"vectors\":\"");
    markup_base64(markup, page->vectors, page->word_count * page->dim);
    markup_text(markup, "\",\n\"scales\":\"");
    markup_base64(markup, page->scales, page->word_count * 4);
    markup_text(markup, "\"}</script>\n<script>\n");
    write_lines(markup, page_script);
    markup_text(markup, "</script>\n");
}

void page_write(struct markup *markup, const struct page *page) {
    write_head(markup, page);
    write_search(markup, page);
    write_facts(markup, page);
    write_map(markup, page);
    for (size_t i = 0; i < PAGE_CHARTS; i++)
        write_chart(markup, &page->charts[i]);
    markup_print(markup, "</main>\n<footer>Made by %s</footer>\n", page->maker);
    write_data(markup, page);
    markup_text(markup, "</body>\n</html>\n");
}
