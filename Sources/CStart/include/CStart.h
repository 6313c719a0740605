/// What the program does before any library begins. Linked into the program alone; there is nothing to call.
#pragma once
