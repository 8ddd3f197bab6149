// What a person does with the window, as words: press a button by its name, type into a field, read
// what stands there. Counts the clicks. Every step waits until what it needs can be seen and
// pressed, as a person would.
#pragma once

#include "tests/support/test_main.h"

#include <QAbstractButton>
#include <QApplication>
#include <QLabel>
#include <QWidget>

namespace runnel::test {

class Person {
public:
    explicit Person(QWidget& window) : m_window(window) {}

    /// A widget that can be seen, in the window or in a dialog over it; null when there is none
    /// within `limit`.
    template <typename W = QWidget>
    W* see(const char* name, int limit = 8'000) {
        W* found = nullptr;
        const auto look = [&] {
            for (auto* const top : QApplication::topLevelWidgets()) {
                if (!top->isVisible()) continue;
                for (auto* const one : top->findChildren<W*>(QString::fromLatin1(name))) {
                    if (one->isVisible()) return found = one, true;
                }
            }
            return false;
        };
        if (!QTest::qWaitFor(look, limit) && limit > 0) qWarning("cannot see %s", name);
        return found;
    }
    bool sees(const char* name) { return see<QWidget>(name, 0) != nullptr; }

    bool press(const char* name) {
        auto* const button = see<QAbstractButton>(name);
        if (button == nullptr) return false;
        if (!QTest::qWaitFor([&] { return button->isEnabled(); }, 8'000)) {
            qWarning("%s cannot be pressed", name);
            return false;
        }
        ++clicks;
        QTest::mouseClick(button, Qt::LeftButton);
        QCoreApplication::processEvents();
        return true;
    }
    /// Along what excludes each other, of which the tab key stops at one.
    static bool arrowTo(QWidget* wanted) {
        for (const auto way : {Qt::Key_Left, Qt::Key_Up, Qt::Key_Right, Qt::Key_Down}) {
            for (int i = 0; i < 8 && QApplication::focusWidget() != wanted; ++i)
                QTest::keyClick(QApplication::focusWidget(), way);
        }
        return QApplication::focusWidget() == wanted;
    }
    /// By keyboard alone: tab until it has the focus, or one of those that it is a choice among;
    /// then space.
    bool reach(QWidget* wanted) {
        if (wanted == nullptr || !QTest::qWaitFor([&] { return wanted->isEnabled(); }, 8'000))
            return false;
        for (int i = 0; i < 150; ++i) {
            auto* const focus = QApplication::focusWidget();
            if (focus == wanted) return true;
            if (areOneChoice(focus, wanted)) return arrowTo(wanted);
            auto* const active = QApplication::activeModalWidget() != nullptr
                                     ? QApplication::activeModalWidget()
                                     : &m_window;
            QTest::keyClick(focus != nullptr ? focus : active, Qt::Key_Tab);
        }
        qWarning("tab does not reach %s", qPrintable(wanted->objectName()));
        return false;
    }
    bool pressByKey(QWidget* wanted) {
        if (!reach(wanted)) return false;
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Space);
        QCoreApplication::processEvents();
        return true;
    }
    bool pressByKey(const char* name) { return pressByKey(see<QWidget>(name)); }
    bool typeByKey(const char* name, const QString& text) {
        if (!reach(see<QWidget>(name))) return false;
        QTest::keyClicks(QApplication::focusWidget(), text);
        return true;
    }
    /// A key with Ctrl, wherever the focus is.
    void shortcut(Qt::Key key) {
        m_window.activateWindow();
        static_cast<void>(QTest::qWaitForWindowActive(&m_window));
        QTest::keyClick(&m_window, key, Qt::ControlModifier);
    }
    /// With a click into the field, unless the keyboard is there already.
    bool type(const char* name, const QString& text) {
        auto* const field = see<QWidget>(name);
        if (field == nullptr) return false;
        if (field->window()->focusWidget() != field) {
            ++clicks;
            QTest::mouseClick(field, Qt::LeftButton);
        }
        if (field->window()->focusWidget() != field) {
            qWarning("a click does not lead into %s", name);
            return false;
        }
        QTest::keyClicks(field, text);
        return true;
    }
    /// The text of a label that can be seen.
    QString read(const char* name) {
        const auto* const label = see<QLabel>(name);
        return label == nullptr ? QString() : label->text();
    }
    bool waitToRead(const char* name, const QString& part, int limit = 10'000) {
        const bool read_it = QTest::qWaitFor(
            [&] {
                for (auto* const top : QApplication::topLevelWidgets()) {
                    for (auto* const label :
                         top->findChildren<QLabel*>(QString::fromLatin1(name))) {
                        if (label->isVisible() && label->text().contains(part)) return true;
                    }
                }
                return false;
            },
            limit);
        if (!read_it)
            qWarning("%s does not say %s but %s", name, qPrintable(part), qPrintable(read(name)));
        return read_it;
    }

    int clicks = 0;

private:
    static bool areOneChoice(QWidget* one, QWidget* other) {
        const auto* const first = qobject_cast<QAbstractButton*>(one);
        const auto* const second = qobject_cast<QAbstractButton*>(other);
        return first != nullptr && second != nullptr && first->autoExclusive() &&
               second->autoExclusive() && first->parentWidget() == second->parentWidget();
    }

    QWidget& m_window;
};

}  // namespace runnel::test
