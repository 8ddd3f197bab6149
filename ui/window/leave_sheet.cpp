#include "ui/window/leave_sheet.h"

#include "ui/format/time.h"
#include "ui/widgets/button.h"
#include "ui/widgets/text.h"

namespace runnel::ui {

LeaveSheet::LeaveSheet(const api::ChainView& chain, BlockHeight back_by, const QDateTime& now,
                       QWidget* parent)
    : Sheet(tr("Something is still on its way"), "leaveSheet", parent) {
    body()->addWidget(
        (new Text("body", tr("Be online %1: a payment ends then, or coins have to be collected.")
                              .arg(deadlineText(back_by, chain, now))))
            ->named("leaveUntil"));
    body()->addWidget(new Text(
        "muted", tr("Runnel does that only while it is open. If you come back later, a channel may "
                    "have to be closed, and the other side may take what was not collected.")));
    body()->addStretch(1);
    auto* const stay = new Button(ButtonKind::primary, tr("&Keep it open"), "leaveStay");
    auto* const leave = new Button(ButtonKind::secondary, tr("&Close anyway"), "leaveNow");
    addFooter(leave);
    addFooter(stay);
    connect(stay, &Button::clicked, this, &QDialog::reject);
    connect(leave, &Button::clicked, this, &QDialog::accept);
    stay->setFocus();
}

}  // namespace runnel::ui
