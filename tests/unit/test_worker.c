/* Method: a loop of its own for each test; jobs write down when they ran and when they were done.
 */
#define _POSIX_C_SOURCE 200809L

#include "node/worker.h"

#include "tests/lib/test.h"

#include <stdatomic.h>

#define JOBS_MAX 1000u

struct bench {
    uv_loop_t loop;
    struct cairn_worker *worker;
    uv_sem_t gate; /* jobs of run_gated wait for it */
    uv_sem_t started;
    uint32_t ran[JOBS_MAX];  /* numbers in order of running; one thread */
    uint32_t done[JOBS_MAX]; /* in order of done */
    atomic_uint ran_count;
    uint32_t done_count;
    uint32_t closed_count;
    uv_thread_t loop_thread;
    bool is_done_elsewhere; /* some done was called off the loop's thread */
};

struct job {
    struct bench *bench;
    uint32_t number;
    uint32_t thread_index;
    struct job *next; /* to be posted by done; NULL: none */
};

static void run_noting(void *host, uint32_t thread_index)
{
    struct job *job = host;
    job->thread_index = thread_index;
    job->bench->ran[atomic_fetch_add(&job->bench->ran_count, 1)] = job->number;
}

static void run_gated(void *host, uint32_t thread_index)
{
    struct job *job = host;
    uv_sem_post(&job->bench->started);
    uv_sem_wait(&job->bench->gate);
    run_noting(host, thread_index);
}

static void note_done(void *host);

static cairn_err post(struct job *job, void (*run)(void *host, uint32_t thread_index))
{
    struct cairn_worker_job posted = {.run = run, .done = note_done, .host = job};
    return cairn_worker_post(job->bench->worker, &posted);
}

static void note_done(void *host)
{
    struct job *job = host;
    struct bench *bench = job->bench;
    uv_thread_t self = uv_thread_self();
    bench->done[bench->done_count++] = job->number;
    bench->is_done_elsewhere |= !uv_thread_equal(&self, &bench->loop_thread);
    if (job->next != NULL) {
        assert_err(post(job->next, run_noting), CAIRN_OK);
    }
}

static void note_closed(void *host)
{
    struct bench *bench = host;
    bench->closed_count++;
}

static void bench_open(struct bench *bench, uint32_t thread_count, uint32_t queue_max)
{
    *bench = (struct bench){.done_count = 0};
    struct cairn_worker_options options = {
        .name = "test", .thread_count = thread_count, .queue_max = queue_max};
    bench->loop_thread = uv_thread_self();
    assert_int_equal(uv_loop_init(&bench->loop), 0);
    assert_int_equal(uv_sem_init(&bench->gate, 0), 0);
    assert_int_equal(uv_sem_init(&bench->started, 0), 0);
    assert_err(cairn_worker_open(&bench->loop, &options, &bench->worker), CAIRN_OK);
}

static void run_until_done(struct bench *bench, uint32_t count)
{
    while (bench->done_count < count) {
        assert_true(uv_run(&bench->loop, UV_RUN_ONCE) != 0);
    }
}

/* Runs the loop dry: only a worker that closes all it opened lets it end. */
static void bench_close(struct bench *bench)
{
    cairn_worker_close(bench->worker, note_closed, bench);
    assert_int_equal(uv_run(&bench->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(bench->closed_count, 1);
    assert_false(bench->is_done_elsewhere);
    assert_int_equal(uv_loop_close(&bench->loop), 0);
    uv_sem_destroy(&bench->gate);
    uv_sem_destroy(&bench->started);
}

TEST(one_thread_runs_jobs_in_the_order_of_posting)
{
    static struct job jobs[JOBS_MAX];
    struct bench bench;
    bench_open(&bench, 1, JOBS_MAX);
    for (uint32_t at = 0; at < JOBS_MAX; at++) {
        jobs[at] = (struct job){.bench = &bench, .number = at};
        assert_err(post(&jobs[at], run_noting), CAIRN_OK);
    }
    run_until_done(&bench, JOBS_MAX);
    for (uint32_t at = 0; at < JOBS_MAX; at++) {
        assert_int_equal(bench.ran[at], at);
        assert_int_equal(bench.done[at], at);
        assert_int_equal(jobs[at].thread_index, 0);
    }
    assert_int_equal(cairn_worker_unfinished_count(bench.worker), 0);
    bench_close(&bench);
}

TEST(a_full_queue_refuses_until_a_job_is_done)
{
    struct bench bench;
    bench_open(&bench, 1, 3);
    struct job jobs[4];
    for (uint32_t at = 0; at < 4; at++) {
        jobs[at] = (struct job){.bench = &bench, .number = at};
        assert_err(post(&jobs[at], run_gated), at < 3 ? CAIRN_OK : CAIRN_BUSY);
    }
    assert_int_equal(cairn_worker_unfinished_count(bench.worker), 3);
    uv_sem_wait(&bench.started);
    assert_err(post(&jobs[3], run_gated), CAIRN_BUSY); /* one runs: it still counts */
    uv_sem_post(&bench.gate);
    run_until_done(&bench, 1);
    assert_err(post(&jobs[3], run_gated), CAIRN_OK);
    for (uint32_t at = 0; at < 3; at++) {
        uv_sem_post(&bench.gate);
    }
    run_until_done(&bench, 4);
    assert_int_equal(bench.done[3], 3);
    bench_close(&bench);
}

TEST(closing_runs_what_waits_and_refuses_what_is_new)
{
    struct bench bench;
    bench_open(&bench, 1, 8);
    struct job jobs[4];
    for (uint32_t at = 0; at < 4; at++) {
        jobs[at] = (struct job){.bench = &bench, .number = at};
        if (at < 3) {
            assert_err(post(&jobs[at], run_gated), CAIRN_OK);
        }
    }
    cairn_worker_close(bench.worker, note_closed, &bench);
    assert_err(post(&jobs[3], run_noting), CAIRN_STATE);
    expect_assert_failure(cairn_worker_close(bench.worker, NULL, NULL));
    for (uint32_t at = 0; at < 3; at++) {
        uv_sem_post(&bench.gate);
    }
    assert_int_equal(uv_run(&bench.loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(bench.done_count, 3);
    assert_int_equal(bench.closed_count, 1);
    assert_int_equal(uv_loop_close(&bench.loop), 0);
    uv_sem_destroy(&bench.gate);
    uv_sem_destroy(&bench.started);
}

TEST(an_idle_worker_closes_at_once)
{
    struct bench bench;
    bench_open(&bench, 4, 1);
    bench_close(&bench);
    assert_int_equal(bench.done_count, 0);
}

TEST(done_may_post_the_next_job)
{
    struct bench bench;
    bench_open(&bench, 1, 1);
    struct job jobs[3];
    for (uint32_t at = 0; at < 3; at++) {
        jobs[at] =
            (struct job){.bench = &bench, .number = at, .next = at < 2 ? &jobs[at + 1] : NULL};
    }
    assert_err(post(&jobs[0], run_noting), CAIRN_OK);
    run_until_done(&bench, 3);
    assert_int_equal(bench.done[2], 2);
    bench_close(&bench);
}

/* Two jobs that wait for each other: they end only if they run at the same time. */
TEST(several_threads_share_one_queue)
{
    struct bench bench;
    bench_open(&bench, 2, 8);
    struct job jobs[2] = {{.bench = &bench, .number = 0}, {.bench = &bench, .number = 1}};
    assert_err(post(&jobs[0], run_gated), CAIRN_OK);
    assert_err(post(&jobs[1], run_gated), CAIRN_OK);
    uv_sem_wait(&bench.started);
    uv_sem_wait(&bench.started);
    uv_sem_post(&bench.gate);
    uv_sem_post(&bench.gate);
    run_until_done(&bench, 2);
    assert_int_equal(jobs[0].thread_index + jobs[1].thread_index, 1);
    bench_close(&bench);
}

struct wakes {
    uv_check_t check;
    uint32_t count;
};

static void count_wake(uv_check_t *check)
{
    struct wakes *wakes = check->data;
    wakes->count++;
}

TEST(many_finished_jobs_wake_the_loop_once)
{
    static struct job jobs[100];
    struct bench bench;
    bench_open(&bench, 1, 100);
    for (uint32_t at = 0; at < 100; at++) {
        jobs[at] = (struct job){.bench = &bench, .number = at};
        assert_err(post(&jobs[at], at == 99 ? run_gated : run_noting), CAIRN_OK);
    }
    uv_sem_wait(&bench.started); /* 99 have finished, the loop has not looked yet */
    struct wakes wakes = {.count = 0};
    assert_int_equal(uv_check_init(&bench.loop, &wakes.check), 0);
    wakes.check.data = &wakes;
    assert_int_equal(uv_check_start(&wakes.check, count_wake), 0);
    run_until_done(&bench, 99);
    assert_int_equal(wakes.count, 1);
    uv_sem_post(&bench.gate);
    run_until_done(&bench, 100);
    uv_close((uv_handle_t *)&wakes.check, NULL);
    bench_close(&bench);
}

TEST(a_worker_without_threads_or_room_is_our_own_mistake)
{
    uv_loop_t loop;
    struct cairn_worker *worker = NULL;
    assert_int_equal(uv_loop_init(&loop), 0);
    struct cairn_worker_options options = {.name = "test", .thread_count = 0, .queue_max = 1};
    expect_assert_failure((void)!cairn_worker_open(&loop, &options, &worker));
    options = (struct cairn_worker_options){.name = "test", .thread_count = 1, .queue_max = 0};
    expect_assert_failure((void)!cairn_worker_open(&loop, &options, &worker));
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_thread_runs_jobs_in_the_order_of_posting),
        cmocka_unit_test(a_full_queue_refuses_until_a_job_is_done),
        cmocka_unit_test(closing_runs_what_waits_and_refuses_what_is_new),
        cmocka_unit_test(an_idle_worker_closes_at_once),
        cmocka_unit_test(done_may_post_the_next_job),
        cmocka_unit_test(several_threads_share_one_queue),
        cmocka_unit_test(many_finished_jobs_wake_the_loop_once),
        cmocka_unit_test(a_worker_without_threads_or_room_is_our_own_mistake),
    };
    return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
