/* Turns the table of packages into a plain graph directory.
 *
 *     cc -O2 -o unpack unpack.c -lm
 *     xz -dc packages.tsv.xz >packages.tsv
 *     xz -dc origins.tsv.xz | paste packages.tsv - | ./unpack sections.txt graph
 *
 * The table has a line for each package, sorted by name, under a line of column names; make-graph.py says what they
 * hold. Into the directory go
 *
 *     x.npy           float32 [packages, 512 + 18]   words that occur, then the numbers
 *     section.npy     int32 [packages]               the label: a line of sections.txt, from 0
 *     part.npy        uint8 [packages]               0 training, 1 validation, 2 kept out
 *     names.txt       a line for each package
 *     TYPE.npy        float32 [vertices, 2]          for virtual names, source packages and maintainers
 *     KIND.npy        int32 [2, edges]               a kind of edge: depends.npy, depends_virtual.npy, built_from.npy, ...
 *     rev_KIND.npy    int32 [2, edges]               the same edges turned round
 *     mentions.npy    int32 [2, edges]               five kinds as one, between packages alone
 *     relates.npy     int32 [2, edges]               nine kinds in both directions, between packages alone
 *     relation.npy    int32 [edges]                  which kind an edge of relates.npy is: 0 - 8, turned round 9 - 17
 *     graph.json      removed first and written last, so that a directory that has it is whole
 */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { word_columns = 512, number_columns = 18, columns = word_columns + number_columns, most_fields = 32 };

/* The columns of the table in which packages name others, in the order of the relations' numbers. The first of them
 * become the edges `mentions`. */
enum { provides = 5, mentioning_relations = 5, relations = 9 };
static const char *const relation_columns[relations] = {"pre-depends", "depends", "recommends", "suggests", "enhances",
                                                        "provides",    "breaks",  "replaces",   "conflicts"};

/* `package` comes first: all kinds of edge begin there, before they are turned round. */
enum vertex_type { package_type, virtual_name_type, source_package_type, maintainer_type, vertex_types };
static const char *const type_names[vertex_types] = {"package", "virtual_name", "source_package", "maintainer"};

struct list {
    void *items;
    size_t count, capacity, item_size;
};

struct package {
    char *name, *section, *part, *numbers, *words;
    char **relations[relations]; /* names, a null behind the last */
    int32_t source, maintainer;
};

struct provider {
    char *name;
    int32_t package;
};

/* A name that somebody provides and that no package has; providers[first .. first + count] are its providers. */
struct virtual_name {
    char *name;
    size_t first, count;
};

/* What a name can stand for. */
struct names {
    struct list packages, providers, virtual_names;
};

struct edge {
    int32_t from, to;
};

/* An edge type of graph.json. */
struct edge_type {
    char name[64];
    enum vertex_type from, to;
    const char *feature; /* or null */
};

/* What has been written so far. */
struct graph {
    const char *directory;
    struct list edge_types;       /* of struct edge_type */
    size_t counts[vertex_types];  /* vertices */
    int32_t *edges[vertex_types]; /* for each vertex how many edges it gets from packages; none for packages */
    size_t kinds, total;          /* kinds of edge, and their edges in one direction */
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

static void *get(size_t count, size_t size) {
    void *memory = calloc(count ? count : 1, size);
    if (!memory)
        fail("out of memory");
    return memory;
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

/* Reading the table. */

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

static char **split_names(char *field) {
    size_t count = 1;
    for (const char *c = field; *c; c++)
        count += *c == ' ';
    char **names = get(count + 1, sizeof *names), **next = names;
    for (char *name; (name = next_piece(&field, ' '));)
        if (*name)
            *next++ = name;
    return names;
}

static long whole_number(const char *text, long limit, const char *package) {
    char *end;
    long value = strtol(text, &end, 10);
    if (end == text || *end || value < 0 || value >= limit)
        fail("%s has '%s' where a number below %ld belongs", package, text, limit);
    return value;
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
        for (int r = 0; r < relations; r++)
            p->relations[r] = split_names(field_named(relation_columns[r], header, fields, width));
        p->source = (int32_t)whole_number(field_named("source", header, fields, width), INT32_MAX, p->name);
        p->maintainer = (int32_t)whole_number(field_named("maintainer", header, fields, width), INT32_MAX, p->name);
        if (strcmp(before, p->name) >= 0)
            fail("%s does not stand in the order of names", p->name);
        before = p->name;
    }
    return packages;
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

/* From names to edges. */

static int compare_name_and_package(const void *name, const void *package) {
    return strcmp(name, ((const struct package *)package)->name);
}

static int compare_name_and_virtual_name(const void *name, const void *virtual_name) {
    return strcmp(name, ((const struct virtual_name *)virtual_name)->name);
}

static int compare_providers(const void *left, const void *right) {
    const struct provider *l = left, *r = right;
    int order = strcmp(l->name, r->name);
    return order ? order : (l->package > r->package) - (l->package < r->package);
}

static int compare_edges(const void *left, const void *right) {
    const struct edge *l = left, *r = right;
    return l->from != r->from ? (l->from > r->from) - (l->from < r->from) : (l->to > r->to) - (l->to < r->to);
}

static const struct package *find_package(const struct names *names, const char *name) {
    return bsearch(name, names->packages.items, names->packages.count, sizeof(struct package), compare_name_and_package);
}

static const struct virtual_name *find_virtual_name(const struct names *names, const char *name) {
    return bsearch(name, names->virtual_names.items, names->virtual_names.count, sizeof(struct virtual_name),
                   compare_name_and_virtual_name);
}

/* Who provides which name, sorted by name, then by package. */
static struct list find_providers(struct list packages) {
    struct list providers = {.item_size = sizeof(struct provider)};
    for (size_t p = 0; p < packages.count; p++)
        for (char **name = ((struct package *)packages.items)[p].relations[provides]; *name; name++)
            *(struct provider *)append(&providers) = (struct provider){*name, (int32_t)p};
    qsort(providers.items, providers.count, sizeof(struct provider), compare_providers);
    return providers;
}

static struct names find_names(struct list packages) {
    struct names names = {packages, find_providers(packages), {.item_size = sizeof(struct virtual_name)}};
    const struct provider *provider = names.providers.items;
    for (size_t first = 0, end; first < names.providers.count; first = end) {
        for (end = first + 1; end < names.providers.count; end++)
            if (strcmp(provider[first].name, provider[end].name))
                break;
        if (!find_package(&names, provider[first].name))
            *(struct virtual_name *)append(&names.virtual_names) =
                (struct virtual_name){provider[first].name, first, end - first};
    }
    return names;
}

/* What to do with a virtual name: leave it out, lead to its vertex, or lead to all that provide it. With the second, names
 * of packages are left out. */
enum reach { to_packages, to_virtual_names, to_packages_and_providers };

static void add_edge(struct list *edges, int32_t from, int32_t to) {
    *(struct edge *)append(edges) = (struct edge){from, to};
}

static void add_provider_edges(struct list *edges, const struct names *names, int32_t from, struct virtual_name name) {
    const struct provider *provider = (struct provider *)names->providers.items + name.first;
    for (size_t i = 0; i < name.count; i++)
        if (provider[i].package != from)
            add_edge(edges, from, provider[i].package);
}

/* The edges that a package gets for one name: none to itself, and none for a name that nobody has. */
static void add_edges(struct list *edges, const struct names *names, enum reach reach, int32_t from, const char *name) {
    const struct package *real = find_package(names, name), *packages = names->packages.items;
    const struct virtual_name *virtual_name = real ? NULL : find_virtual_name(names, name);
    if (real && reach != to_virtual_names && real - packages != from)
        add_edge(edges, from, (int32_t)(real - packages));
    if (virtual_name && reach == to_virtual_names)
        add_edge(edges, from, (int32_t)(virtual_name - (struct virtual_name *)names->virtual_names.items));
    if (virtual_name && reach == to_packages_and_providers)
        add_provider_edges(edges, names, from, *virtual_name);
}

static void sort_without_repeats(struct list *edges) {
    qsort(edges->items, edges->count, sizeof(struct edge), compare_edges);
    struct edge *edge = edges->items;
    size_t kept = 0;
    for (size_t e = 0; e < edges->count; e++)
        if (!kept || compare_edges(&edge[kept - 1], &edge[e]))
            edge[kept++] = edge[e];
    edges->count = kept;
}

/* The edges of the relations from `first` to before `end`: each once, sorted by who names, then by who is named. */
static struct list find_edges(const struct names *names, enum reach reach, int first, int end) {
    struct list edges = {.item_size = sizeof(struct edge)};
    for (size_t p = 0; p < names->packages.count; p++)
        for (int r = first; r < end; r++)
            for (char **name = ((struct package *)names->packages.items)[p].relations[r]; *name; name++)
                add_edges(&edges, names, reach, (int32_t)p, *name);
    sort_without_repeats(&edges);
    return edges;
}

static int32_t origin(const struct package *package, enum vertex_type type) {
    return type == source_package_type ? package->source : package->maintainer;
}

/* From each package to what it is built from, or to who maintains it. */
static struct list find_origins(struct list packages, enum vertex_type type) {
    struct list edges = {.item_size = sizeof(struct edge)};
    for (size_t p = 0; p < packages.count; p++)
        add_edge(&edges, (int32_t)p, origin((struct package *)packages.items + p, type));
    return edges;
}

static size_t count_origins(struct list packages, enum vertex_type type) {
    int32_t largest = -1;
    for (size_t p = 0; p < packages.count; p++) {
        int32_t number = origin((struct package *)packages.items + p, type);
        largest = number > largest ? number : largest;
    }
    if (largest >= (int32_t)packages.count)
        fail("there are more of %s than packages", type_names[type]);
    return (size_t)largest + 1;
}

/* Writing numpy files. */

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

static void write_package_features(const char *directory, struct list packages) {
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

/* Of what is no package it is known how many edges lead there: 1, and log(1 + edges) / 8. */
static void write_other_features(const struct graph *graph, enum vertex_type type) {
    char name[64], shape[64];
    snprintf(name, sizeof name, "%s.npy", type_names[type]);
    snprintf(shape, sizeof shape, "(%zu, 2)", graph->counts[type]);
    FILE *file = create_numpy(graph->directory, name, "<f4", shape);
    for (size_t v = 0; v < graph->counts[type]; v++) {
        float row[2] = {1, (float)(log1p(graph->edges[type][v]) / 8)};
        fwrite(row, sizeof(float), 2, file);
    }
    close_whole(file, name);
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

/* Writing edges. */

static void write_ends(FILE *file, struct list edges, size_t offset) {
    for (size_t e = 0; e < edges.count; e++)
        fwrite((char *)edges.items + e * sizeof(struct edge) + offset, sizeof(int32_t), 1, file);
}

/* NAME.npy, and the edge type that graph.json shall have. */
static void write_edges(struct graph *graph, struct edge_type type, struct list edges) {
    char name[80], shape[64];
    snprintf(name, sizeof name, "%s.npy", type.name);
    snprintf(shape, sizeof shape, "(2, %zu)", edges.count);
    FILE *file = create_numpy(graph->directory, name, "<i4", shape);
    write_ends(file, edges, offsetof(struct edge, from));
    write_ends(file, edges, offsetof(struct edge, to));
    close_whole(file, name);
    *(struct edge_type *)append(&graph->edge_types) = type;
}

static struct list turned_round(struct list edges) {
    struct list turned = {.item_size = sizeof(struct edge)};
    for (size_t e = 0; e < edges.count; e++) {
        struct edge edge = ((struct edge *)edges.items)[e];
        add_edge(&turned, edge.to, edge.from);
    }
    return turned;
}

/* One kind of edge, from packages to the vertices of a type, and the same turned round. */
static void write_kind(struct graph *graph, const char *name, enum vertex_type to, struct list edges) {
    struct edge_type type = {.from = package_type, .to = to}, reverse = {.from = to, .to = package_type};
    snprintf(type.name, sizeof type.name, "%s", name);
    snprintf(reverse.name, sizeof reverse.name, "rev_%s", name);
    struct list turned = turned_round(edges);
    write_edges(graph, type, edges);
    write_edges(graph, reverse, turned);
    free(turned.items);
    for (size_t e = 0; to != package_type && e < edges.count; e++)
        graph->edges[to][((struct edge *)edges.items)[e].to]++;
    graph->kinds++;
    graph->total += edges.count;
}

/* What a relation's edges are called: the column's name with `_` for `-`, and where they lead to virtual names, that. */
static void name_relation(char name[64], int relation, enum reach reach) {
    snprintf(name, 64, "%s%s", relation_columns[relation], reach == to_virtual_names ? "_virtual" : "");
    for (char *c = name; *c; c++)
        *c = *c == '-' ? '_' : *c;
}

static void write_relation(struct graph *graph, const struct names *names, int relation, enum reach reach) {
    char name[64];
    name_relation(name, relation, reach);
    struct list edges = find_edges(names, reach, relation, relation + 1);
    write_kind(graph, name, reach == to_virtual_names ? virtual_name_type : package_type, edges);
    free(edges.items);
}

static void write_origins(struct graph *graph, struct list packages, const char *name, enum vertex_type type) {
    struct list edges = find_origins(packages, type);
    write_kind(graph, name, type, edges);
    free(edges.items);
}

/* What some models see in place of the kinds: packages that mention packages, without saying how. */
static void write_mentions(struct graph *graph, const struct names *names) {
    struct list edges = find_edges(names, to_packages_and_providers, 0, mentioning_relations);
    write_edges(graph, (struct edge_type){.name = "mentions"}, edges);
    free(edges.items);
}

static void append_related(struct list *related, struct list *numbers, struct list edges, int number) {
    for (size_t e = 0; e < edges.count; e++) {
        *(struct edge *)append(related) = ((struct edge *)edges.items)[e];
        *(int32_t *)append(numbers) = number;
    }
}

/* And others: how packages relate to packages, as a number on each edge. */
static void write_relates(struct graph *graph, const struct names *names) {
    struct list related = {.item_size = sizeof(struct edge)}, numbers = {.item_size = sizeof(int32_t)};
    for (int number = 0; number < 2 * relations; number++) {
        int r = number % relations;
        struct list edges = find_edges(names, to_packages_and_providers, r, r + 1), turned = turned_round(edges);
        append_related(&related, &numbers, number < relations ? edges : turned, number);
        free(edges.items);
        free(turned.items);
    }
    write_edges(graph, (struct edge_type){.name = "relates", .feature = "relation"}, related);
    char shape[64];
    snprintf(shape, sizeof shape, "(%zu,)", numbers.count);
    FILE *file = create_numpy(graph->directory, "relation.npy", "<i4", shape);
    fwrite(numbers.items, sizeof(int32_t), numbers.count, file);
    close_whole(file, "relation.npy");
    free(related.items);
    free(numbers.items);
}

/* The graph's description. */

static void remove_description(const char *directory) {
    char path[4096];
    snprintf(path, sizeof path, "%s/graph.json", directory);
    remove(path);
}

static void write_description(const struct graph *graph) {
    FILE *file = create(graph->directory, "graph.json");
    fputs("{ \"vertices\": {\n", file);
    for (int t = 0; t < vertex_types; t++)
        fprintf(file, "    \"%s\": { \"count\": %zu, \"features\": { \"x\": \"%s.npy\" } }%s\n", type_names[t],
                graph->counts[t], t == package_type ? "x" : type_names[t], t + 1 < vertex_types ? "," : " },");
    fputs("  \"edges\": {\n", file);
    for (size_t t = 0; t < graph->edge_types.count; t++) {
        const struct edge_type *type = (struct edge_type *)graph->edge_types.items + t;
        fprintf(file, "    \"%s\": { \"from\": \"%s\", \"to\": \"%s\", \"index\": \"%s.npy\"", type->name,
                type_names[type->from], type_names[type->to], type->name);
        if (type->feature)
            fprintf(file, ", \"features\": { \"%s\": \"%s.npy\" }", type->feature, type->feature);
        fprintf(file, " }%s\n", t + 1 < graph->edge_types.count ? "," : " } }");
    }
    close_whole(file, "graph.json");
}

static struct graph start_graph(const char *directory, const struct names *names) {
    struct list packages = names->packages;
    struct graph graph = {
        directory,
        {.item_size = sizeof(struct edge_type)},
        {packages.count, names->virtual_names.count, count_origins(packages, source_package_type),
         count_origins(packages, maintainer_type)},
    };
    for (int t = 0; t < vertex_types; t++)
        graph.edges[t] = get(graph.counts[t], sizeof(int32_t));
    return graph;
}

static void write_all_edges(struct graph *graph, const struct names *names) {
    for (int r = 0; r < relations; r++)
        write_relation(graph, names, r, to_packages);
    for (int r = 0; r < relations; r++)
        write_relation(graph, names, r, to_virtual_names);
    write_origins(graph, names->packages, "built_from", source_package_type);
    write_origins(graph, names->packages, "maintained_by", maintainer_type);
    write_mentions(graph, names);
    write_relates(graph, names);
}

int main(int count, char **arguments) {
    if (count != 3)
        fail("usage: unpack SECTIONS DIRECTORY < TABLE");
    const char *directory = arguments[2];
    struct list sections = read_sections(arguments[1]);
    struct list packages = read_packages(read_all(stdin));
    if (!packages.count)
        fail("the table is empty");
    struct names names = find_names(packages);
    struct graph graph = start_graph(directory, &names);
    remove_description(directory);
    write_package_features(directory, packages);
    write_labels(directory, packages, sections);
    write_all_edges(&graph, &names);
    size_t vertices = packages.count;
    for (int t = virtual_name_type; t < vertex_types; t++) {
        write_other_features(&graph, t);
        vertices += graph.counts[t];
    }
    write_description(&graph);
    printf("%zu vertices of %d types, %zu edges of %zu kinds\n", vertices, vertex_types, graph.total, graph.kinds);
    return 0;
}
