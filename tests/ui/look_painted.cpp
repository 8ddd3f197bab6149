// What widgets paint by hand has no label that could be measured: they say themselves how much room
// it takes. And what scrolls has no more than it needs.
#include "tests/ui/look.h"

#include "ui/pages/activity_row.h"
#include "ui/widgets/amount_label.h"

#include <QAbstractItemModel>
#include <QCheckBox>
#include <QLayout>
#include <QListView>
#include <QPlainTextEdit>
#include <QScrollArea>

#include <algorithm>

namespace runnel::test {

QStringList squeezedIn(QWidget& top) {
    QStringList out;
    const auto need = [&](const QWidget& widget, const char* what, int has, int needs) {
        if (has < needs)
            out << QStringLiteral("%1: %2 has %3, needs %4")
                       .arg(widget.objectName(), QString::fromLatin1(what))
                       .arg(has)
                       .arg(needs);
    };
    for (auto* const widget : top.findChildren<QWidget*>()) {
        if (!widget->isVisibleTo(&top) || widget->window() != top.window() ||
            widget->size().isEmpty())
            continue;
        // A bar that scrolls over nothing: lower than its content asks for at this width.
        const auto* const area = qobject_cast<const QScrollArea*>(widget);
        if (area != nullptr && area->widget() != nullptr && area->widget()->layout() != nullptr &&
            area->widget()->hasHeightForWidth()) {
            const QWidget& content = *area->widget();
            need(*widget, "what is scrolled",
                 std::max(area->viewport()->height(), content.heightForWidth(content.width())),
                 content.height());
        }
        if (const auto* const amount = qobject_cast<const ui::AmountLabel*>(widget)) {
            need(*widget, "the amount", amount->width(), amount->leastWidth());
        } else if (const auto* const row = qobject_cast<const ui::ActivityRow*>(widget)) {
            need(*widget, "the row", row->width(), row->leastWidth());
        } else if (const auto* const list = qobject_cast<const QListView*>(widget)) {
            const auto* const delegate =
                qobject_cast<const ui::ActivityDelegate*>(list->itemDelegate());
            for (int i = 0; delegate != nullptr && i < list->model()->rowCount(); ++i)
                need(*widget, "a row", list->viewport()->width(),
                     delegate->leastWidth(list->model()->index(i, 0), list->viewport()->width()));
        } else if (qobject_cast<const QCheckBox*>(widget) != nullptr) {
            need(*widget, "the text", widget->width(), widget->sizeHint().width());
        } else if (widget->objectName() == QStringLiteral("legendItem")) {
            need(*widget, "the text", widget->width(), widget->minimumSizeHint().width());
        } else if (const auto* const edit = qobject_cast<const QPlainTextEdit*>(widget);
                   edit != nullptr && edit->toPlainText().isEmpty()) {
            const int margin = static_cast<int>(edit->document()->documentMargin());
            const auto room = edit->viewport()->size() - QSize(2 * margin, 2 * margin);
            const auto needed = QFontMetrics(edit->font())
                                    .boundingRect(QRect(0, 0, room.width(), 10'000),
                                                  Qt::TextWordWrap, edit->placeholderText());
            need(*widget, "the placeholder's height", room.height(), needed.height());
        }
    }
    return out;
}

}  // namespace runnel::test
