/* The parts of the page that are the same for all models: lines, ended by NULL. */
#ifndef SGNS_REPORT_PAGE_SOURCE_H
#define SGNS_REPORT_PAGE_SOURCE_H

extern const char *const page_head[], *const page_style[], *const page_search[], *const page_script[];

#endif
