#pragma once
#include <cblas.h>

/// Eigenvalues (and vectors) of a symmetric matrix: LAPACK, which OpenBLAS carries.
void ssyev_(const char *job, const char *triangle, const int *n, float *a, const int *lda, float *values, float *work,
            const int *work_size, int *info);
