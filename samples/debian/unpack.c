/* Turns the table of packages into a plain graph directory.
 *
 *     cc -O2 -o unpack unpack.c
 *     xz -dc packages.tsv.xz | ./unpack sections.txt graph
 *
 * The table has a line for each package, sorted by name, under a line of column names; make-graph.py says what they
 * hold. Into the directory go
 *
 *     x.npy         float32 [packages, 512 + 18]   words that occur, then the numbers
 *     depends.npy   int32 [2, edges]               who names, who is named
 *     section.npy   int32 [packages]               the label: a line of sections.txt, from 0
 *     part.npy      uint8 [packages]               0 training, 1 validation, 2 kept out
 *     names.txt     a line for each package
 *     graph.json    removed first and written last, so that a directory that has it is whole
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { word_columns = 512, number_columns = 18, columns = word_columns + number_columns, most_fields = 32 };

/* The relations that become the edges `depends`. The others stay in the table. */
static const char *const edge_relations[] = {"pre-depends", "depends", "recommends", "suggests", "enhances"};

struct package {
    char *name, *section, *part, *numbers, *words, *provides;
    char *relations[sizeof edge_relations / sizeof *edge_relations];
};

struct provider {
    char *virtual_name;
    int32_t package;
};

struct edge {
    int32_t from, to;
};

struct list {
    void *items;
    size_t count, capacity, item_size;
};

static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("unpack: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

/* Makes room for one more item, and returns where it goes. */
static void *append(struct list *list) {
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? 2 * list->capacity : 1024;
        list->items = realloc(list->items, list->capacity * list->item_size);
        if (!list->items)
            fail("out of memory");
    }
    return (char *)list->items + list->item_size * list->count++;
}

static char *read_all(FILE *file) {
    struct list bytes = {.item_size = 1};
    int byte;
    while ((byte = getc(file)) != EOF)
        *(char *)append(&bytes) = (char)byte;
    if (ferror(file))
        fail("cannot read the table");
    *(char *)append(&bytes) = 0;
    return bytes.items;
}

/* Cuts the next piece off *rest, which ends at `separator` or with the text; null when nothing is left. */
static char *next_piece(char **rest, char separator) {
    char *piece = *rest;
    if (!piece)
        return NULL;
    char *end = strchr(piece, separator);
    *rest = end ? end + 1 : NULL;
    if (end)
        *end = 0;
    return piece;
}

static int split(char *line, char **fields) {
    int count = 0;
    for (char *field; (field = next_piece(&line, '\t'));) {
        if (count == most_fields)
            fail("a line of the table has more than %d columns", most_fields);
        fields[count++] = field;
    }
    return count;
}

static char *field_named(const char *name, char **header, char **fields, int count) {
    for (int f = 0; f < count; f++)
        if (!strcmp(header[f], name))
            return fields[f];
    fail("the table has no column %s", name);
    return NULL;
}

static struct list read_packages(char *text) {
    struct list packages = {.item_size = sizeof(struct package)};
    char *header[most_fields], *fields[most_fields];
    char *line = next_piece(&text, '\n');
    int width = line ? split(line, header) : 0;
    const char *before = "";
    while ((line = next_piece(&text, '\n')) && *line) {
        if (split(line, fields) != width)
            fail("the line of %s has not %d columns", fields[0], width);
        struct package *p = append(&packages);
        p->name = field_named("package", header, fields, width);
        p->section = field_named("section", header, fields, width);
        p->part = field_named("part", header, fields, width);
        p->numbers = field_named("numbers", header, fields, width);
        p->words = field_named("words", header, fields, width);
        p->provides = field_named("provides", header, fields, width);
        for (size_t r = 0; r < sizeof edge_relations / sizeof *edge_relations; r++)
            p->relations[r] = field_named(edge_relations[r], header, fields, width);
        if (strcmp(before, p->name) >= 0)
            fail("%s does not stand in the order of names", p->name);
        before = p->name;
    }
    return packages;
}

static int compare_name_and_package(const void *name, const void *package) {
    return strcmp(name, ((const struct package *)package)->name);
}

static int compare_providers(const void *left, const void *right) {
    const struct provider *l = left, *r = right;
    int order = strcmp(l->virtual_name, r->virtual_name);
    return order ? order : (l->package > r->package) - (l->package < r->package);
}

static int compare_edges(const void *left, const void *right) {
    const struct edge *l = left, *r = right;
    return l->from != r->from ? (l->from > r->from) - (l->from < r->from) : (l->to > r->to) - (l->to < r->to);
}

static struct list find_providers(struct list packages) {
    struct list providers = {.item_size = sizeof(struct provider)};
    for (size_t p = 0; p < packages.count; p++) {
        char *rest = ((struct package *)packages.items)[p].provides;
        for (char *name; (name = next_piece(&rest, ' '));)
            if (*name)
                *(struct provider *)append(&providers) = (struct provider){name, (int32_t)p};
    }
    qsort(providers.items, providers.count, sizeof(struct provider), compare_providers);
    return providers;
}

/* The first provider of a name, or one past the last provider where nobody provides it. */
static size_t first_provider(struct list providers, const char *name) {
    const struct provider *provider = providers.items;
    size_t low = 0, high = providers.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(provider[middle].virtual_name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* An edge to the package of that name, or else to every package that provides it. A name that nobody has is dropped,
 * as is an edge from a package to itself. */
static void add_edges(struct list *edges, struct list packages, struct list providers, int32_t from, const char *name) {
    const struct package *all = packages.items;
    const struct provider *provider = providers.items;
    const struct package *real = bsearch(name, all, packages.count, sizeof *all, compare_name_and_package);
    if (real) {
        if (real - all != from)
            *(struct edge *)append(edges) = (struct edge){from, (int32_t)(real - all)};
        return;
    }
    for (size_t v = first_provider(providers, name); v < providers.count; v++) {
        if (strcmp(provider[v].virtual_name, name))
            break;
        if (provider[v].package != from)
            *(struct edge *)append(edges) = (struct edge){from, provider[v].package};
    }
}

/* Every edge once, sorted by who names, then by who is named. */
static struct list find_edges(struct list packages) {
    struct list edges = {.item_size = sizeof(struct edge)}, providers = find_providers(packages);
    for (size_t p = 0; p < packages.count; p++)
        for (size_t r = 0; r < sizeof edge_relations / sizeof *edge_relations; r++) {
            char *rest = ((struct package *)packages.items)[p].relations[r];
            for (char *name; (name = next_piece(&rest, ' '));)
                if (*name)
                    add_edges(&edges, packages, providers, (int32_t)p, name);
        }
    qsort(edges.items, edges.count, sizeof(struct edge), compare_edges);
    struct edge *edge = edges.items;
    size_t kept = 0;
    for (size_t e = 0; e < edges.count; e++)
        if (!kept || compare_edges(&edge[kept - 1], &edge[e]))
            edge[kept++] = edge[e];
    edges.count = kept;
    return edges;
}

static FILE *create(const char *directory, const char *name) {
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", directory, name) >= (int)sizeof path)
        fail("the directory's name is too long");
    FILE *file = fopen(path, "wb");
    if (!file)
        fail("cannot write %s", path);
    return file;
}

static void close_whole(FILE *file, const char *name) {
    int broken = ferror(file);
    if (fclose(file) || broken)
        fail("cannot write all of %s", name);
}

/* Starts a numpy file: format 1.0, whose header fills 128 bytes. */
static FILE *create_numpy(const char *directory, const char *name, const char *type, const char *shape) {
    FILE *file = create(directory, name);
    char header[128];
    memset(header, ' ', sizeof header);
    memcpy(header, "\x93NUMPY\x01\x00\x76\x00", 10);
    int length = snprintf(header + 10, sizeof header - 10, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }",
                          type, shape);
    header[10 + length] = ' ';
    header[127] = '\n';
    fwrite(header, 1, sizeof header, file);
    return file;
}

static long whole_number(const char *text, long limit, const char *package) {
    char *end;
    long value = strtol(text, &end, 10);
    if (end == text || *end || value < 0 || value >= limit)
        fail("%s has '%s' where a number below %ld belongs", package, text, limit);
    return value;
}

static void write_features(const char *directory, struct list packages) {
    char shape[64];
    snprintf(shape, sizeof shape, "(%zu, %d)", packages.count, columns);
    FILE *file = create_numpy(directory, "x.npy", "<f4", shape);
    for (size_t p = 0; p < packages.count; p++) {
        const struct package *package = (struct package *)packages.items + p;
        float row[columns] = {0};
        char *rest = package->words;
        for (char *word; (word = next_piece(&rest, ' '));)
            row[whole_number(word, word_columns, package->name)] = 1;
        rest = package->numbers;
        int column = word_columns;
        for (char *number; (number = next_piece(&rest, ' ')); column++) {
            if (column == columns)
                break;
            row[column] = (float)(whole_number(number, 1000000000, package->name) / 1000.0);
        }
        if (column != columns || rest)
            fail("%s has not %d numbers", package->name, number_columns);
        fwrite(row, sizeof(float), columns, file);
    }
    close_whole(file, "x.npy");
}

static void write_edges(const char *directory, struct list edges) {
    char shape[64];
    snprintf(shape, sizeof shape, "(2, %zu)", edges.count);
    FILE *file = create_numpy(directory, "depends.npy", "<i4", shape);
    const struct edge *edge = edges.items;
    for (size_t e = 0; e < edges.count; e++)
        fwrite(&edge[e].from, sizeof(int32_t), 1, file);
    for (size_t e = 0; e < edges.count; e++)
        fwrite(&edge[e].to, sizeof(int32_t), 1, file);
    close_whole(file, "depends.npy");
}

static struct list read_sections(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file)
        fail("cannot read %s", path);
    char *text = read_all(file);
    fclose(file);
    struct list sections = {.item_size = sizeof(char *)};
    for (char *line; (line = next_piece(&text, '\n'));)
        if (*line)
            *(char **)append(&sections) = line;
    return sections;
}

static size_t position(const char *name, const char *const *names, size_t count, const char *package) {
    for (size_t i = 0; i < count; i++)
        if (!strcmp(name, names[i]))
            return i;
    fail("%s has '%s', which is not known", package, name);
    return 0;
}

static void write_labels(const char *directory, struct list packages, struct list sections) {
    static const char *const parts[] = {"training", "validation", "kept-out"};
    char shape[64];
    snprintf(shape, sizeof shape, "(%zu,)", packages.count);
    FILE *labels = create_numpy(directory, "section.npy", "<i4", shape);
    FILE *part = create_numpy(directory, "part.npy", "|u1", shape);
    FILE *names = create(directory, "names.txt");
    for (size_t p = 0; p < packages.count; p++) {
        const struct package *package = (struct package *)packages.items + p;
        int32_t label = (int32_t)position(package->section, sections.items, sections.count, package->name);
        fwrite(&label, sizeof label, 1, labels);
        putc((int)position(package->part, parts, 3, package->name), part);
        fprintf(names, "%s\n", package->name);
    }
    close_whole(labels, "section.npy");
    close_whole(part, "part.npy");
    close_whole(names, "names.txt");
}

static void remove_description(const char *directory) {
    char path[4096];
    snprintf(path, sizeof path, "%s/graph.json", directory);
    remove(path);
}

static void write_description(const char *directory, struct list packages) {
    FILE *file = create(directory, "graph.json");
    fprintf(file,
            "{ \"vertices\": { \"package\": { \"count\": %zu, \"features\": { \"x\": \"x.npy\" } } },\n"
            "  \"edges\": { \"depends\": { \"from\": \"package\", \"to\": \"package\", \"index\": \"depends.npy\" } } }\n",
            packages.count);
    close_whole(file, "graph.json");
}

int main(int count, char **arguments) {
    if (count != 3)
        fail("usage: unpack SECTIONS DIRECTORY < TABLE");
    const char *directory = arguments[2];
    struct list sections = read_sections(arguments[1]);
    struct list packages = read_packages(read_all(stdin));
    if (!packages.count)
        fail("the table is empty");
    struct list edges = find_edges(packages);
    remove_description(directory);
    write_features(directory, packages);
    write_edges(directory, edges);
    write_labels(directory, packages, sections);
    write_description(directory, packages);
    printf("%zu packages, %zu edges\n", packages.count, edges.count);
    return 0;
}
