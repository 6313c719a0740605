/// simscope's hot loops in plain C, and the worker pool that runs them.
#pragma once
#include "ck_network.h"
#include "ck_peak.h"
#include "ck_pool.h"
#include "ck_images.h"
#include "ck_contrast.h"
#include "ck_optimizer.h"
