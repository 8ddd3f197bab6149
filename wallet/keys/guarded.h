// Guarded<T>: a secret value in memory of its own, for the few that live as long as the program
// (the seed, the roots of the wallet's keys). Between guard pages, kept out of swap and core dumps
// where the system allows it, read-only once made, wiped when freed. Everything shorter lived is
// Secret or SecretBytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

namespace runnel::keys {

/// libsodium's guarded allocation, aligned for anything. Ends the process when there is no memory.
void* guarded_allocate(std::size_t size);
void guarded_make_readonly(void* memory) noexcept;
void guarded_make_writable(void* memory) noexcept;
/// Wipes, too.
void guarded_free(void* memory) noexcept;

template <typename T>
class Guarded {
public:
    /// Makes the value in place from the arguments; temporaries are the caller's to wipe.
    template <typename... Args>
    static Guarded make(Args&&... args) {
        void* memory = guarded_allocate(sizeof(T));
        auto* value = new (memory) T{std::forward<Args>(args)...};
        guarded_make_readonly(memory);
        return Guarded(value);
    }
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;
    Guarded(Guarded&& other) noexcept : m_value(std::exchange(other.m_value, nullptr)) {}
    Guarded& operator=(Guarded&& other) noexcept {
        std::swap(m_value, other.m_value);
        return *this;
    }
    ~Guarded() {
        if (m_value == nullptr) return;
        guarded_make_writable(m_value);
        m_value->~T();
        guarded_free(m_value);
    }

    const T& reveal() const { return *m_value; }

private:
    explicit Guarded(T* value) : m_value(value) {}
    T* m_value;
};

/// The 64 byte seed of BIP 39, from which everything else is derived.
using MasterSeed = Guarded<std::array<std::uint8_t, 64>>;

}  // namespace runnel::keys
