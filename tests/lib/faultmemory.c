/* Memory that runs out, or that is watched: LD_PRELOAD in front of the C library's allocations.
 *
 * Who asked is known by the return address: our own program, or a library on its behalf. So calls
 * of the storage engine, whose C++ `new` ends a process that has no memory, are told apart and let
 * through. Everything is steered through a small shared page, also while the program runs:
 *
 *     FAULT_PAGE    file of struct fault_page, made by who starts the program; not set: off
 *     FAULT_LEAKS   file that gets a line "site how-often" for each of our own calls whose memory
 *                   was never given back when the program ended in order
 *
 * Counted are malloc, calloc, realloc and strdup. A site is the place in our program's file that a
 * call returns to (addr2line -e knows the line). */
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FAULT_RANGES 128u
#define FAULT_LIVE   (1u << 16) /* allocations of ours alive at a time: a hash table */
#define FAULT_SITES  1024u
#define FAULT_DOORS  16u

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);

/* Numbers of faults.py. */
enum fault_who {
    WHO_OURS = 1,
    WHO_LIBRARIES = 2, /* OpenSSL, libuv, jansson: they ask through node/memory.c */
    WHO_YAML = 4,
    WHO_C = 8, /* the C library for itself: open_memstream, getaddrinfo, fopen */
};

struct fault_page {
    uint64_t who;   /* set of fault_who that is counted */
    uint64_t at;    /* the call that fails first, counted from 1; 0: none */
    uint64_t times; /* so many in a row fail */
    uint64_t site;  /* only calls from here; 0: from everywhere */
    uint64_t count; /* calls that were counted; who steers sets it to 0 */
    uint64_t hits;  /* ... and that failed */
    uint64_t hit_site;
    uint64_t doors[FAULT_DOORS]; /* begin and end of functions that ask for a library, in pairs */
    uint64_t sites[FAULT_SITES]; /* how often each site asked: a hash table of pairs, as follows */
    uint64_t asked[FAULT_SITES];
};

struct fault_range {
    uintptr_t begin;
    uintptr_t end;
    enum fault_who who;
};

struct fault_live {
    uintptr_t memory; /* 0 free, 1 was used */
    uint64_t site;
};

static struct {
    struct fault_page *page; /* NULL: off */
    struct fault_range ranges[FAULT_RANGES];
    size_t range_count;
    uintptr_t base;
    struct fault_live live[FAULT_LIVE];
    pthread_mutex_t lock;
} fault = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- who asks ---- */

static int fault_on_object(struct dl_phdr_info *info, size_t size, void *host)
{
    static const struct {
        const char *name;
        enum fault_who who;
    } libraries[] = {{"/libyaml-", WHO_YAML}, {"/libc.so", WHO_C}};
    bool *is_first = host;
    enum fault_who who = *is_first ? WHO_OURS : 0;
    (void)size;
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries && !*is_first; i++) {
        if (strstr(info->dlpi_name, libraries[i].name) != NULL) {
            who = libraries[i].who;
        }
    }
    if (*is_first) {
        fault.base = info->dlpi_addr;
    }
    *is_first = false;
    for (size_t i = 0; i < info->dlpi_phnum && who != 0; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type == PT_LOAD && (part->p_flags & PF_X) != 0) {
            if (fault.range_count == FAULT_RANGES) {
                abort();
            }
            uintptr_t begin = info->dlpi_addr + part->p_vaddr;
            fault.ranges[fault.range_count++] =
                (struct fault_range){.begin = begin, .end = begin + part->p_memsz, .who = who};
        }
    }
    return 0;
}

__attribute__((constructor)) static void fault_begin(void)
{
    bool is_first = true;
    const char *path = getenv("FAULT_PAGE");
    int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        return;
    }
    (void)dl_iterate_phdr(fault_on_object, &is_first);
    void *page = mmap(NULL, sizeof(struct fault_page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED) {
        abort();
    }
    (void)close(fd);
    fault.page = page;
}

static enum fault_who fault_who_is(uintptr_t address)
{
    for (size_t i = 0; i < fault.range_count; i++) {
        if (address >= fault.ranges[i].begin && address < fault.ranges[i].end) {
            return fault.ranges[i].who;
        }
    }
    return 0;
}

/* ---- what was not given back ---- */

static size_t fault_slot(uintptr_t memory)
{
    return (size_t)((memory >> 4) * 0x9E3779B97F4A7C15u >> 48) % FAULT_LIVE;
}

static void fault_live_add(void *memory, uint64_t site)
{
    pthread_mutex_lock(&fault.lock);
    size_t at = fault_slot((uintptr_t)memory);
    for (size_t tries = 0; fault.live[at].memory > 1; tries++) {
        if (tries == FAULT_LIVE) {
            abort();
        }
        at = (at + 1) % FAULT_LIVE;
    }
    fault.live[at] = (struct fault_live){.memory = (uintptr_t)memory, .site = site};
    pthread_mutex_unlock(&fault.lock);
}

static void fault_live_remove(const void *memory)
{
    pthread_mutex_lock(&fault.lock);
    size_t at = fault_slot((uintptr_t)memory);
    for (size_t tries = 0; fault.live[at].memory != 0 && tries < FAULT_LIVE; tries++) {
        if (fault.live[at].memory == (uintptr_t)memory) {
            bool is_last = fault.live[(at + 1) % FAULT_LIVE].memory == 0;
            fault.live[at] = (struct fault_live){.memory = is_last ? 0 : 1};
            break;
        }
        at = (at + 1) % FAULT_LIVE;
    }
    pthread_mutex_unlock(&fault.lock);
}

__attribute__((destructor)) static void fault_end(void)
{
    const char *path = getenv("FAULT_LEAKS");
    int fd = fault.page == NULL || path == NULL
                 ? -1
                 : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    for (size_t i = 0; fd >= 0 && i < FAULT_LIVE; i++) {
        uint64_t count = 0;
        char line[64];
        if (fault.live[i].memory <= 1) {
            continue;
        }
        for (size_t j = i; j < FAULT_LIVE; j++) {
            if (fault.live[j].memory > 1 && fault.live[j].site == fault.live[i].site) {
                count++;
                fault.live[j].memory = j == i ? fault.live[j].memory : 0;
            }
        }
        int size = snprintf(line, sizeof line, "%llx %llu\n",
                            (unsigned long long)fault.live[i].site, (unsigned long long)count);
        if (write(fd, line, (size_t)size) != size) {
            abort();
        }
    }
    if (fd >= 0) {
        (void)close(fd);
    }
}

/* ---- the calls ---- */

static void fault_note_site(uint64_t site)
{
    size_t at = (size_t)(site * 0x9E3779B97F4A7C15u >> 32) % FAULT_SITES;
    for (size_t tries = 0; tries < FAULT_SITES; tries++) {
        uint64_t none = 0;
        if (__atomic_load_n(&fault.page->sites[at], __ATOMIC_RELAXED) == site ||
            __atomic_compare_exchange_n(&fault.page->sites[at], &none, site, false,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED) ||
            none == site) {
            __atomic_fetch_add(&fault.page->asked[at], 1, __ATOMIC_RELAXED);
            return;
        }
        at = (at + 1) % FAULT_SITES;
    }
}

/* Count this call. gives: shall it fail? */
static bool fault_judge(void *from, uint64_t *out_site)
{
    struct fault_page *page = fault.page;
    *out_site = 0;
    if (page == NULL) {
        return false;
    }
    enum fault_who who = fault_who_is((uintptr_t)from);
    uint64_t site = who == WHO_OURS ? (uintptr_t)from - fault.base : 0;
    *out_site = site;
    for (size_t i = 0; i < FAULT_DOORS; i += 2) {
        who = site > page->doors[i] && site <= page->doors[i + 1] ? WHO_LIBRARIES : who;
    }
    if ((page->who & who) == 0 || (page->site != 0 && page->site != site)) {
        return false;
    }
    if (who == WHO_OURS) {
        fault_note_site(site);
    }
    uint64_t number = __atomic_add_fetch(&page->count, 1, __ATOMIC_RELAXED);
    if (page->at == 0 || number < page->at || number - page->at >= page->times) {
        return false;
    }
    page->hit_site = site;
    __atomic_fetch_add(&page->hits, 1, __ATOMIC_RELAXED);
    errno = ENOMEM;
    return true;
}

static void *fault_keep(void *memory, uint64_t site)
{
    if (memory != NULL && site != 0) {
        fault_live_add(memory, site);
    }
    return memory;
}

void *malloc(size_t size)
{
    uint64_t site;
    if (fault_judge(__builtin_return_address(0), &site)) {
        return NULL;
    }
    return fault_keep(__libc_malloc(size), site);
}

void *calloc(size_t count, size_t size)
{
    uint64_t site;
    if (fault_judge(__builtin_return_address(0), &site)) {
        return NULL;
    }
    return fault_keep(__libc_calloc(count, size), site);
}

void *realloc(void *memory, size_t size)
{
    uint64_t site;
    if (fault_judge(__builtin_return_address(0), &site)) {
        return NULL;
    }
    if (fault.page != NULL && memory != NULL) {
        fault_live_remove(memory);
    }
    return fault_keep(__libc_realloc(memory, size), site);
}

char *strdup(const char *text)
{
    uint64_t site;
    size_t size = strlen(text) + 1;
    char *copy = NULL;
    if (!fault_judge(__builtin_return_address(0), &site)) {
        copy = fault_keep(__libc_malloc(size), site);
    }
    if (copy != NULL) {
        memcpy(copy, text, size);
    }
    return copy;
}

void free(void *memory)
{
    if (fault.page != NULL && memory != NULL) {
        fault_live_remove(memory);
    }
    __libc_free(memory);
}
