// SPDX-License-Identifier: MIT
// Results as the user has them: wait, look, get, free.
//
// Runs in: client.
#include "client.h"

static bool usable(const struct pool_result *result) {
    return result && client_owns(result->pool);
}

// Settled, and its callback called: it alone, where one callback waits for it.
static bool result_ready(struct pool *pool, void *what) {
    struct pool_result *result = what;
    if (!client_result_settled(result))
        return false;
    if (result->callback && pool->calling)
        client_result_call(result);
    return !result->callback;
}

int pool_result_wait(struct pool_result *result, int timeout_ms) {
    if (!usable(result))
        return POOL_EINVAL;
    if (client_result_settled(result) && !result->callback &&
        result->pool->user_fd < 0)
        return 0; // as below, in fewer steps
    return client_wait(result->pool, result_ready, result, result, timeout_ms);
}

bool pool_result_ready(struct pool_result *result) {
    if (!usable(result))
        return false;
    if (!client_result_settled(result))
        client_glance(result->pool);
    return result->flags & RESULT_SETTLED;
}

int pool_result_status(struct pool_result *result) {
    if (!usable(result))
        return POOL_EINVAL;
    return pool_result_ready(result) ? result->status : POOL_ENOTREADY;
}

int pool_result_item_status(struct pool_result *result, size_t index) {
    if (!usable(result) || (result->job && index >= result->job->count))
        return POOL_EINVAL;
    if (!pool_result_ready(result))
        return POOL_ENOTREADY;
    return result->job ? -job_statuses(result->job)[index] : POOL_EINVAL;
}

int pool_result_get(struct pool_result *result, void *out, size_t out_size,
                    int timeout_ms) {
    if (!usable(result) || (!out && out_size))
        return POOL_EINVAL;
    struct job *job = result->job;
    size_t size = job ? job->count * job->result_size : 0;
    if (out && out_size < size)
        return POOL_EINVAL;
    int rc = pool_result_wait(result, timeout_ms);
    if (rc != 0)
        return rc;
    if (out && size)
        memcpy(out, job->output, size);
    return result->status;
}

const char *pool_result_message(struct pool_result *result) {
    if (!usable(result) || !pool_result_ready(result) || result->status == 0)
        return "";
    return result->message ? result->message : pool_strerror(result->status);
}

void pool_result_free(struct pool_result *result) {
    if (!usable(result) || (result->flags & RESULT_DETACHED))
        return;
    result->flags |= RESULT_DETACHED;
    result->pool->detached += !(result->flags & RESULT_SETTLED);
    if ((result->flags & RESULT_SETTLED) && !result->callback &&
        !(result->flags & RESULT_IN_CALL))
        client_result_drop(result);
}
