# One static library a folder, linked only along the arrows of core/README.md. What is not linked here cannot be included:
# tests/checks/layering.py greps for it.

add_library(runnel_options INTERFACE)
target_include_directories(runnel_options INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(runnel_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)

function(runnel_apply_options)
    if(RUNNEL_WERROR)
        target_compile_options(runnel_options INTERFACE -Werror)
    endif()
    if(RUNNEL_SANITIZE)
        target_compile_options(runnel_options INTERFACE -fsanitize=${RUNNEL_SANITIZE} -fno-omit-frame-pointer
                                                        -fno-sanitize-recover=all)
        target_link_options(runnel_options INTERFACE -fsanitize=${RUNNEL_SANITIZE})
        # clang 14 puts this check's data where a coroutine's parts cannot refer to it.
        if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
            target_compile_options(runnel_options INTERFACE -fno-sanitize=function)
        endif()
    endif()
    if(RUNNEL_FUZZ)
        target_compile_options(runnel_options INTERFACE -fsanitize=fuzzer-no-link)
    endif()
endfunction()

# runnel_module(NAME [FOLDER sub] DEPS a b LIBS x y): target runnel_NAME of every .cpp below the current folder's NAME/.
# A folder without sources yet is an interface library, so that arrows can be drawn before the room is furnished.
function(runnel_module NAME)
    cmake_parse_arguments(ARG "" "" "DEPS;LIBS" ${ARGN})
    file(GLOB SOURCES CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${NAME}/*.cpp")
    set(LINKS runnel_options)
    foreach(DEP ${ARG_DEPS})
        list(APPEND LINKS runnel_${DEP})
    endforeach()
    if(SOURCES)
        add_library(runnel_${NAME} STATIC ${SOURCES})
        target_link_libraries(runnel_${NAME} PUBLIC ${LINKS} ${ARG_LIBS})
    else()
        add_library(runnel_${NAME} INTERFACE)
        target_link_libraries(runnel_${NAME} INTERFACE ${LINKS} ${ARG_LIBS})
    endif()
endfunction()

# runnel_test(NAME SOURCES ... LINKS ... LABELS ... [TIMEOUT s]): one QtTest executable, one ctest entry.
function(runnel_test NAME)
    cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINKS;LABELS" ${ARGN})
    add_executable(${NAME} ${ARG_SOURCES})
    set_target_properties(${NAME} PROPERTIES AUTOMOC ON AUTOGEN_TARGET_DEPENDS "${ARG_SOURCES}")
    target_link_libraries(${NAME} PRIVATE runnel_test_main ${ARG_LINKS})
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 120)
    endif()
    add_test(NAME ${NAME} COMMAND ${NAME})
    # The longest first: what is allowed most.
    set_tests_properties(${NAME} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT} COST ${ARG_TIMEOUT})
endfunction()
runnel_apply_options()
