/* Does in a headless Chromium what a person does with a page: browser CHROMIUM PROFILE_FOLDER URL <SCRIPT
 * Lines of the script:
 *   screen WIDTH HEIGHT light|dark
 *   type TEXT          key by key, into what has the focus
 *   key NAME           Tab, Enter, Backspace, Escape
 *   click SELECTOR     the middle of the first such element
 *   eval EXPRESSION    prints its value as a line
 *   shot FILE          writes a picture of the whole page, as PNG
 * What the browser says goes to PROFILE_FOLDER/messages. It speaks the DevTools protocol over two pipes: JSON
 * messages, each ended by a NUL. */
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096
#define SECONDS_MAX 120 /* for everything */

struct browser {
    FILE *to, *from;
    pid_t process;
    unsigned long last; /* number of the last message */
    char session[128];
    char *reply; /* owned */
    size_t capacity;
};

static void give_up(const char *what) {
    fprintf(stderr, "browser: %s\n", what);
    exit(3);
}

/* --- JSON, as much as is needed --- */

/* Prints a JSON string. */
static void print_string(FILE *out, const char *text) {
    fputc('"', out);
    for (; *text != '\0'; text++)
        if (*text == '"' || *text == '\\')
            fprintf(out, "\\%c", *text);
        else if ((unsigned char)*text < ' ')
            fprintf(out, "\\u%04x", (unsigned)*text);
        else
            fputc(*text, out);
    fputc('"', out);
}

/* The string that follows "NAME": in a reply, with its escapes; NULL if there is none. */
static char *find_string(char *reply, const char *name, size_t *length) {
    char key[64];
    snprintf(key, sizeof key, "\"%s\":\"", name);
    char *found = strstr(reply, key);
    if (found == NULL)
        return NULL;
    found += strlen(key);
    for (*length = 0; found[*length] != '"' && found[*length] != '\0'; ++*length)
        if (found[*length] == '\\' && found[*length + 1] != '\0')
            ++*length;
    return found;
}

/* UTF-8; surrogates do not occur in what the tests print. */
static void print_point(unsigned long point) {
    if (point < 0x80) {
        putchar((int)point);
    } else if (point < 0x800) {
        printf("%c%c", (int)(0xc0 | point >> 6), (int)(0x80 | (point & 0x3f)));
    } else {
        printf("%c%c%c", (int)(0xe0 | point >> 12), (int)(0x80 | (point >> 6 & 0x3f)),
               (int)(0x80 | (point & 0x3f)));
    }
}

static void print_unescaped(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (text[i] != '\\') {
            putchar(text[i]);
        } else if (text[++i] == 'u' && i + 4 < length) {
            char digits[5] = {text[i + 1], text[i + 2], text[i + 3], text[i + 4], '\0'};
            print_point(strtoul(digits, NULL, 16));
            i += 4;
        } else {
            putchar(text[i] == 'n' ? '\n' : text[i] == 't' ? '\t' : text[i]);
        }
    }
    putchar('\n');
}

/* --- the protocol --- */

static void start(struct browser *browser, const char *program, const char *profile) {
    int to[2], from[2];
    char folder[LINE_MAX_BYTES];
    if (pipe(to) != 0 || pipe(from) != 0)
        give_up("no pipe");
    browser->process = fork();
    if (browser->process == 0) {
        /* The pipes may have the very numbers that they are to get. */
        const int read_end = dup2(to[0], 20), write_end = dup2(from[1], 21);
        dup2(read_end, 3);
        dup2(write_end, 4);
        for (int descriptor = 5; descriptor < 30; descriptor++)
            close(descriptor);
        snprintf(folder, sizeof folder, "%s/messages", profile);
        if (freopen(folder, "w", stderr) == NULL)
            _exit(126);
        snprintf(folder, sizeof folder, "--user-data-dir=%s", profile);
        /* A sandbox needs rights that containers do not give, and the page is our own. */
        execlp(program, program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
               "--no-first-run", "--disable-dev-shm-usage", "--remote-debugging-pipe", folder, "about:blank",
               (char *)NULL);
        _exit(127);
    }
    close(to[0]);
    close(from[1]);
    browser->to = fdopen(to[1], "w");
    browser->from = fdopen(from[0], "r");
    if (browser->process < 0 || browser->to == NULL || browser->from == NULL)
        give_up("can't start the browser");
}

/* Sends a command whose parameters are complete JSON, and waits for its reply. */
static void finish_command(struct browser *browser) {
    char head[64];
    fputc('}', browser->to);
    if (browser->session[0] != '\0')
        fprintf(browser->to, ",\"sessionId\":\"%s\"", browser->session);
    fputc('}', browser->to);
    fputc('\0', browser->to);
    fflush(browser->to);
    snprintf(head, sizeof head, "{\"id\":%lu,", browser->last);
    do {
        if (getdelim(&browser->reply, &browser->capacity, '\0', browser->from) <= 0)
            give_up("the browser has ended");
    } while (strncmp(browser->reply, head, strlen(head)) != 0);
    if (strstr(browser->reply, "\"error\":{\"code\"") != NULL ||
        strstr(browser->reply, "\"exceptionDetails\"") != NULL) {
        fprintf(stderr, "browser: %.600s\n", browser->reply);
        exit(3);
    }
}

static void begin_command(struct browser *browser, const char *method) {
    fprintf(browser->to, "{\"id\":%lu,\"method\":\"%s\",\"params\":{", ++browser->last, method);
}

static void command(struct browser *browser, const char *method, const char *format, ...) {
    va_list arguments;
    begin_command(browser, method);
    va_start(arguments, format);
    vfprintf(browser->to, format, arguments);
    va_end(arguments);
    finish_command(browser);
}

/* Evaluates `expression`; its value is in the reply. */
static void evaluate(struct browser *browser, const char *expression) {
    char text[LINE_MAX_BYTES + 16];
    snprintf(text, sizeof text, "String(%s)", expression);
    begin_command(browser, "Runtime.evaluate");
    fputs("\"returnByValue\":true,\"expression\":", browser->to);
    print_string(browser->to, text);
    finish_command(browser);
}

static void open_page(struct browser *browser, const char *url) {
    size_t length;
    begin_command(browser, "Target.createTarget");
    fputs("\"url\":", browser->to);
    print_string(browser->to, url);
    finish_command(browser);
    const char *target = find_string(browser->reply, "targetId", &length);
    if (target == NULL)
        give_up("no page");
    char id[128];
    snprintf(id, sizeof id, "%.*s", (int)length, target);
    command(browser, "Target.attachToTarget", "\"targetId\":\"%s\",\"flatten\":true", id);
    const char *session = find_string(browser->reply, "sessionId", &length);
    if (session == NULL)
        give_up("no session");
    snprintf(browser->session, sizeof browser->session, "%.*s", (int)length, session);
    do {
        usleep(50000);
        evaluate(browser, "document.readyState + ' ' + (location.href !== 'about:blank')");
    } while (strstr(browser->reply, "complete true") == NULL);
}

/* --- what a person does --- */

static void set_screen(struct browser *browser, const char *words) {
    int width = 0, height = 0;
    char scheme[16] = "";
    if (sscanf(words, "%d %d %15s", &width, &height, scheme) != 3) /* NOLINT(cert-err34-c) */
        give_up("screen WIDTH HEIGHT light|dark");
    command(browser, "Emulation.setDeviceMetricsOverride",
            "\"width\":%d,\"height\":%d,\"deviceScaleFactor\":1,\"mobile\":false", width, height);
    command(browser, "Emulation.setEmulatedMedia",
            "\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"%s\"}]", scheme);
}

/* A key as the keyboard sends it. What has no name is a character. */
static void press(struct browser *browser, const char *name, size_t length) {
    static const struct {
        const char *name, *text;
        int code;
    } keys[] = {{"Tab", "", 9}, {"Enter", "\\r", 13}, {"Backspace", "", 8}, {"Escape", "", 27}};
    char text[16], down[256];
    snprintf(text, sizeof text, "%.*s", (int)length, name);
    snprintf(down, sizeof down, "\"key\":\"%s\",\"text\":\"%s\"", text, text);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i].name, name) == 0)
            snprintf(down, sizeof down,
                     "\"key\":\"%s\",\"code\":\"%s\",\"windowsVirtualKeyCode\":%d,\"text\":\"%s\"", name,
                     name, keys[i].code, keys[i].text);
    command(browser, "Input.dispatchKeyEvent", "\"type\":\"keyDown\",%s", down);
    command(browser, "Input.dispatchKeyEvent", "\"type\":\"keyUp\",\"key\":\"%s\"", text);
}

static void type(struct browser *browser, const char *text) {
    while (*text != '\0') {
        size_t length = 1;
        while (((unsigned char)text[length] & 0xc0) == 0x80)
            length++;
        press(browser, text, length);
        text += length;
    }
}

static void click(struct browser *browser, const char *selector) {
    char expression[LINE_MAX_BYTES];
    double x, y;
    size_t length;
    snprintf(expression, sizeof expression,
             "(found => { found.scrollIntoView({block: 'center'}); const box = found.getBoundingClientRect();"
             " return (box.x + box.width / 2) + ' ' + (box.y + box.height / 2); "
             "})(document.querySelector(`%.900s`))",
             selector);
    evaluate(browser, expression);
    const char *value = find_string(browser->reply, "value", &length);
    if (value == NULL || sscanf(value, "%lf %lf", &x, &y) != 2) /* NOLINT(cert-err34-c) */
        give_up("nothing to click at");
    static const char *const events[] = {"mousePressed", "mouseReleased"};
    for (int i = 0; i < 2; i++)
        command(browser, "Input.dispatchMouseEvent",
                "\"type\":\"%s\",\"x\":%.1f,\"y\":%.1f,\"button\":\"left\",\"clickCount\":1", events[i], x,
                y);
}

static int digit_value(char digit) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = digit != '\0' ? strchr(digits, digit) : NULL;
    return found != NULL ? (int)(found - digits) : -1;
}

static void take_shot(struct browser *browser, const char *path) {
    size_t length;
    command(browser, "Page.captureScreenshot", "\"format\":\"png\",\"captureBeyondViewport\":true");
    const char *data = find_string(browser->reply, "data", &length);
    FILE *file = data != NULL ? fopen(path, "wb") : NULL;
    if (file == NULL)
        give_up("can't write a picture");
    unsigned bits = 0, count = 0;
    for (size_t i = 0; i < length && digit_value(data[i]) >= 0; i++) {
        bits = (bits << 6 | (unsigned)digit_value(data[i])) & 0xffffff;
        count += 6;
        if (count >= 8) {
            count -= 8;
            fputc((int)(bits >> count & 0xff), file);
        }
    }
    if (fclose(file) != 0)
        give_up("can't write a picture");
}

static void obey(struct browser *browser, char *line) {
    char *words = strchr(line, ' ');
    if (words == NULL)
        give_up("a line of the script needs two words");
    *words++ = '\0';
    if (strcmp(line, "screen") == 0) {
        set_screen(browser, words);
    } else if (strcmp(line, "type") == 0) {
        type(browser, words);
    } else if (strcmp(line, "key") == 0) {
        press(browser, words, strlen(words));
    } else if (strcmp(line, "click") == 0) {
        click(browser, words);
    } else if (strcmp(line, "shot") == 0) {
        take_shot(browser, words);
    } else if (strcmp(line, "eval") == 0) {
        size_t length;
        evaluate(browser, words);
        const char *value = find_string(browser->reply, "value", &length);
        if (value == NULL)
            give_up("no value");
        print_unescaped(value, length);
    } else {
        give_up("no such command in the script");
    }
}

int main(int argc, char **argv) {
    struct browser browser = {.last = 0};
    char line[LINE_MAX_BYTES];
    if (argc != 4)
        give_up("usage: browser CHROMIUM PROFILE_FOLDER URL <SCRIPT");
    alarm(SECONDS_MAX);
    signal(SIGPIPE, SIG_IGN);
    start(&browser, argv[1], argv[2]);
    open_page(&browser, argv[3]);
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        obey(&browser, line);
    }
    browser.session[0] = '\0';
    command(&browser, "Browser.close", "%s", "");
    waitpid(browser.process, NULL, 0);
    fclose(browser.to);
    fclose(browser.from);
    free(browser.reply);
    return 0;
}
