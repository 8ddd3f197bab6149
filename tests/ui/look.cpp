#include "tests/ui/look.h"

#include "ui/pages/activity_row.h"
#include "ui/style/theme.h"
#include "ui/widgets/amount_label.h"
#include "ui/widgets/button.h"
#include "ui/widgets/choice.h"
#include "ui/widgets/cue_line.h"
#include "ui/widgets/page.h"
#include "ui/widgets/rail.h"
#include "ui/widgets/text.h"
#include "ui/widgets/words_view.h"

#include <QComboBox>
#include <QHash>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QRadioButton>
#include <QScrollArea>
#include <QScrollBar>

namespace runnel::test {

namespace {

QString nameOf(const QWidget& widget) {
    QString out = widget.objectName().isEmpty()
                      ? QString::fromLatin1(widget.metaObject()->className())
                      : widget.objectName();
    if (const auto* const label = qobject_cast<const QLabel*>(&widget))
        out += QStringLiteral(" \"%1\"").arg(label->text().left(60));
    if (const auto* const button = qobject_cast<const QAbstractButton*>(&widget))
        out += QStringLiteral(" \"%1\"").arg(button->text());
    for (const auto* up = widget.parentWidget(); up != nullptr; up = up->parentWidget()) {
        if (up->objectName().isEmpty() || up->objectName().startsWith(QStringLiteral("qt_")))
            continue;
        return up->objectName() + u'/' + out;
    }
    return out;
}

QList<QWidget*> seenIn(QWidget& top) {
    QList<QWidget*> out;
    for (auto* const widget : top.findChildren<QWidget*>()) {
        if (widget->isVisibleTo(&top) && widget->window() == top.window() &&
            !widget->size().isEmpty())
            out << widget;
    }
    return out;
}

int longestWord(const QLabel& label) {
    const QFontMetrics metrics(label.font());
    int longest = 0;
    QString word;
    const auto flush = [&] {
        longest = qMax(longest, metrics.horizontalAdvance(word));
        word.clear();
    };
    for (const QChar c : label.text()) {
        if (c.isSpace() && c != QChar(0xa0) && c != QChar(0x202f)) flush();
        else if (c == QChar(0x200b) || c == u'-' || c == QChar(0x2026)) word += c, flush();
        else word += c;
    }
    flush();
    return longest;
}

bool isScaffold(const QWidget& widget) {
    // Qt's own parts of a control; what is in a scroll area may be larger than what is seen of it.
    const auto name = widget.objectName();
    return name.startsWith(QStringLiteral("qt_")) ||
           qobject_cast<const QScrollBar*>(&widget) != nullptr || name == QStringLiteral("toast");
}

double contrastOf(QRgb a, QRgb b) { return ui::contrast(QColor(a), QColor(b)); }

}  // namespace

QStringList clippedIn(QWidget& top) {
    QStringList out;
    for (auto* const widget : seenIn(top)) {
        const auto cut = [&](const char* how, int has, int needs) {
            if (has < needs)
                out << QStringLiteral("%1: %2 %3, needs %4")
                           .arg(nameOf(*widget), QString::fromLatin1(how))
                           .arg(has)
                           .arg(needs);
        };
        if (const auto* const label = qobject_cast<QLabel*>(widget);
            label != nullptr && !label->text().isEmpty()) {
            cut("width", label->width() + 1, longestWord(*label));
            if (label->wordWrap())
                cut("height", label->height() + 1, label->heightForWidth(label->width()));
            else cut("width", label->width() + 1, label->sizeHint().width());
        } else if (auto* const button = qobject_cast<ui::Button*>(widget)) {
            cut("width", button->width(), button->minimumSizeHint().width());
            cut("height", button->height() + 1, button->heightForWidth(button->width()));
        } else if (auto* const choice = qobject_cast<ui::Choice*>(widget)) {
            cut("width", choice->width(), choice->minimumSizeHint().width());
            cut("height", choice->height() + 1, choice->heightForWidth(choice->width()));
        } else if (qobject_cast<ui::RailButton*>(widget) != nullptr ||
                   qobject_cast<ui::CueChip*>(widget) != nullptr ||
                   qobject_cast<QRadioButton*>(widget) != nullptr) {
            const auto* const rail = qobject_cast<ui::RailButton*>(widget);
            const int slack = rail != nullptr ? 4 : 0;
            cut("width", widget->width() + slack, widget->sizeHint().width());
            cut("height", widget->height(), widget->sizeHint().height());
        } else if (qobject_cast<ui::WordsView*>(widget) != nullptr) {
            cut("height", widget->height(), widget->heightForWidth(widget->width()));
        } else if (auto* const edit = qobject_cast<QLineEdit*>(widget)) {
            cut("height", edit->height(), edit->minimumSizeHint().height());
            if (edit->text().isEmpty()) {
                const int room = edit->width() - 24 - (edit->actions().isEmpty() ? 0 : 28);
                cut("placeholder", room,
                    qMin(QFontMetrics(edit->font()).horizontalAdvance(edit->placeholderText()),
                         room + (edit->isEnabled() ? 400 : 0)));
            }
        } else if (const auto* const text = qobject_cast<QPlainTextEdit*>(widget)) {
            const int margin = static_cast<int>(text->document()->documentMargin());
            const QRect room(0, 0, text->viewport()->width() - 2 * margin, 10'000);
            const auto words =
                text->fontMetrics().boundingRect(room, Qt::TextWordWrap, text->placeholderText());
            cut("placeholder", text->viewport()->height() + 1, words.height() + 2 * margin);
        } else if (auto* const box = qobject_cast<QComboBox*>(widget)) {
            cut("width", box->width() - 50,
                QFontMetrics(box->font()).horizontalAdvance(box->currentText()));
        }
    }
    return out;
}

QStringList overlapsIn(QWidget& top) {
    QStringList out;
    for (auto* const widget : seenIn(top)) {
        if (isScaffold(*widget)) continue;
        auto* const parent = widget->parentWidget();
        const auto* const scrolled = qobject_cast<QScrollArea*>(
            parent != nullptr && parent->parentWidget() != nullptr ? parent->parentWidget()
                                                                   : nullptr);
        const bool inside_viewport = scrolled != nullptr && scrolled->widget() == widget;
        if (parent != nullptr && !inside_viewport && !isScaffold(*parent)) {
            const QRect room = parent->rect().adjusted(-1, -1, 1, 1);
            if (!room.contains(widget->geometry())) {
                const auto g = widget->geometry();
                out << QStringLiteral("%1: reaches beyond its parent (%2,%3 %4x%5 in %6x%7)")
                           .arg(nameOf(*widget))
                           .arg(g.x())
                           .arg(g.y())
                           .arg(g.width())
                           .arg(g.height())
                           .arg(parent->width())
                           .arg(parent->height());
            }
        }
        // A page wider than what is seen of it would have to be scrolled sideways.
        if (inside_viewport && widget->width() > parent->width() + 1) {
            out << QStringLiteral("%1: %2 wide in %3")
                       .arg(nameOf(*scrolled))
                       .arg(widget->width())
                       .arg(parent->width());
        }
        const auto children = widget->findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly);
        for (int i = 0; i < children.size(); ++i) {
            for (int j = i + 1; j < children.size(); ++j) {
                const auto *a = children[i], *b = children[j];
                if (a->isHidden() || b->isHidden() || isScaffold(*a) || isScaffold(*b) ||
                    a->isWindow() || b->isWindow())
                    continue;
                if (qobject_cast<QLineEdit*>(widget) != nullptr ||
                    qobject_cast<QComboBox*>(widget) != nullptr)
                    continue;
                const QRect both = a->geometry() & b->geometry();
                if (both.width() > 1 && both.height() > 1) {
                    out << QStringLiteral("%1 lies over %2").arg(nameOf(*a), nameOf(*b));
                }
            }
        }
    }
    return out;
}

QStringList faintIn(QWidget& top) {
    QStringList out;
    // Drawn once, and looked at for each of what stands in it.
    QHash<QWidget*, QImage> grounds;
    for (auto* const widget : seenIn(top)) {
        const auto* const label = qobject_cast<QLabel*>(widget);
        const bool is_painted =
            qobject_cast<ui::AmountLabel*>(widget) != nullptr ||
            qobject_cast<ui::CueChip*>(widget) != nullptr ||
            qobject_cast<ui::ActivityRow*>(widget) != nullptr ||
            widget->objectName() == QStringLiteral("legendItem") ||
            (qobject_cast<QAbstractButton*>(widget) != nullptr &&
             !static_cast<QAbstractButton*>(widget)->text().isEmpty() &&
             qobject_cast<QPushButton*>(widget) == nullptr && widget->isEnabled());
        const bool is_text =
            is_painted || (label != nullptr && !label->text().trimmed().isEmpty()) ||
            (qobject_cast<ui::Button*>(widget) != nullptr && widget->isEnabled()) ||
            qobject_cast<ui::RailButton*>(widget) != nullptr;
        if (!is_text) continue;
        // What was drawn, with everything below it.
        QWidget* ground_widget = &top;
        // What is scrolled out of sight is drawn by its page, which is as large as all of it.
        for (auto* up = widget->parentWidget(); up != nullptr && up != &top;
             up = up->parentWidget()) {
            if (up->objectName() == QStringLiteral("pageContent")) ground_widget = up;
        }
        const QPoint at = widget->mapTo(ground_widget, QPoint());
        auto& drawn = grounds[ground_widget];
        if (drawn.isNull()) {
            drawn = QImage(ground_widget->size(), QImage::Format_RGB32);
            drawn.fill(top.palette().color(QPalette::Window));
            ground_widget->render(&drawn, QPoint(), ground_widget->rect(), QWidget::DrawChildren);
        }
        const QImage image = drawn.copy(QRect(at, widget->size()));
        QHash<QRgb, int> count;
        for (int y = 2; y < image.height() - 2; ++y) {
            for (int x = 2; x < image.width() - 2; ++x) ++count[image.pixel(x, y) | 0xff000000];
        }
        QRgb ground = 0;
        int most = 0;
        for (auto it = count.constBegin(); it != count.constEnd(); ++it) {
            if (it.value() > most) most = it.value(), ground = it.key();
        }
        double best = 1;
        for (auto it = count.constBegin(); it != count.constEnd(); ++it)
            best = qMax(best, contrastOf(it.key(), ground));
        // Thin strokes never reach the full colour of the ink.
        const double wanted = 4.2;
        if (best < wanted)
            out << QStringLiteral("%1: contrast %2 on %3")
                       .arg(nameOf(*widget))
                       .arg(best, 0, 'f', 1)
                       .arg(QColor(ground).name());
    }
    return out;
}

QStringList scrolledIn(QWidget& top) {
    QStringList out;
    const auto* const around =
        top.isWindow() && top.parentWidget() != nullptr ? top.parentWidget()->window() : nullptr;
    if (around == nullptr || top.height() >= around->height() - 2 * ui::space::small) return out;
    for (auto* const area : top.findChildren<QScrollArea*>()) {
        const int hidden = area->verticalScrollBar()->maximum();
        if (hidden > 0)
            out << QStringLiteral("%1: scrolls by %2 although its window has room")
                       .arg(nameOf(*area))
                       .arg(hidden);
    }
    return out;
}

QStringList tooWideIn(QWidget& top) {
    QStringList out;
    for (auto* const widget : seenIn(top)) {
        const auto* const label = qobject_cast<QLabel*>(widget);
        if (label == nullptr || label->text().isEmpty()) continue;
        const int line =
            qMin(label->width(), QFontMetrics(label->font()).horizontalAdvance(label->text()));
        if (line > ui::Page::readingWidth())
            out << QStringLiteral("%1: lines of %2").arg(nameOf(*label)).arg(line);
    }
    return out;
}

QStringList mnemonicsIn(QWidget& top) {
    QStringList out;
    QHash<QString, QString> taken;
    for (auto* const widget : seenIn(top)) {
        const auto* const label = qobject_cast<QLabel*>(widget);
        const auto* const button = qobject_cast<QAbstractButton*>(widget);
        if (!widget->isEnabled() ||
            (button == nullptr && (label == nullptr || label->buddy() == nullptr)))
            continue;
        const auto key =
            QKeySequence::mnemonic(button != nullptr ? button->text() : label->text()).toString();
        if (key.isEmpty()) continue;
        if (taken.contains(key))
            out << QStringLiteral("%1: %2 is taken by %3").arg(nameOf(*widget), key, taken[key]);
        taken[key] = nameOf(*widget);
    }
    return out;
}

QStringList lookAt(QWidget& top) {
    QStringList out = clippedIn(top) + squeezedIn(top) + overlapsIn(top) + faintIn(top) +
                      scrolledIn(top) + tooWideIn(top) + mnemonicsIn(top);
    out.removeDuplicates();
    return out;
}

}  // namespace runnel::test
